"""Where `sci` meets other libraries: each module needs only the library it is named after.

`distributions` (`torch.distributions` with working ``cdf`` and ``icdf``), `parametrizations` (for
``torch.nn.utils.parametrize``), `optimize` (gradients for ``scipy.optimize.minimize``) need torch and SciPy;
`gpytorch` needs GPyTorch.
"""
