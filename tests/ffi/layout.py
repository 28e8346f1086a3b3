"""What ctypes makes of abi.py: layout_test.py reads it."""

import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/ffi"))
import abi

for name, what in vars(abi).items():
    if isinstance(what, int):
        print(name, what)
    elif name.startswith("sansmtp_") and issubclass(what, ctypes.Structure):
        print(name, ctypes.sizeof(what))
        for field, _ in what._fields_:
            print("%s.%s %d" % (name, field, getattr(what, field).offset))
