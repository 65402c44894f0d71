"""Fourier, cosine and sine transforms with SciPy's names and arguments."""

from ._complex import fft, fft2, fftn, ifft, ifft2, ifftn
from ._cosine import dct, dctn, idct, idctn
from ._frequencies import fftfreq, fftshift, ifftshift, rfftfreq
from ._hermitian_nd import hfft2, hfftn, ihfft2, ihfftn
from ._lengths import next_fast_len, prev_fast_len
from ._real import hfft, ihfft, irfft, rfft
from ._real_nd import irfft2, irfftn, rfft2, rfftn
from ._sine import dst, dstn, idst, idstn

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
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "next_fast_len",
    "prev_fast_len",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
