"""Fourier, cosine and sine transforms with SciPy's names and arguments."""

from ._backend import Own as _Own
from ._backend import register_backend, set_backend, set_global_backend, skip_backend
from ._complex import fft, fft2, fftn, ifft, ifft2, ifftn
from ._cosine import dct, dctn, idct, idctn
from ._frequencies import fftfreq, fftshift, ifftshift, rfftfreq
from ._hankel import fht, fhtoffset, ifht
from ._hermitian_nd import hfft2, hfftn, ihfft2, ihfftn
from ._lengths import next_fast_len, prev_fast_len
from ._real import hfft, ihfft, irfft, rfft
from ._real_nd import irfft2, irfftn, rfft2, rfftn
from ._sine import dst, dstn, idst, idstn
from ._workers import get_workers, set_workers

# The module is itself a backend of SciPy's protocol: scipy.fft.set_backend(sci.fft).
__ua_domain__ = _Own.__ua_domain__
__ua_function__ = _Own.__ua_function__
__ua_convert__ = _Own.__ua_convert__

__all__ = [
    "dct",
    "dctn",
    "dst",
    "dstn",
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "fht",
    "fhtoffset",
    "get_workers",
    "hfft",
    "hfft2",
    "hfftn",
    "idct",
    "idctn",
    "idst",
    "idstn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ifht",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "next_fast_len",
    "prev_fast_len",
    "register_backend",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
    "set_backend",
    "set_global_backend",
    "set_workers",
    "skip_backend",
]
