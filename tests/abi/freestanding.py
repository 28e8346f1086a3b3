"""lib/ compiled for targets that have no C library at all, by clang: wasm32, and Cortex-M0 with the
size of its code. Only the five functions and the target's compiler helpers may be left undefined.

    freestanding.py
"""

import os
import sys
import tempfile

from common import FIVE, Tap, compile_lib, must, symbols, tool

# Run-time ABI for the ARM architecture: division and multiplication that ARMv6-M has no instruction
# for, 64-bit shifts, and the compiler's own names for the memory functions. gcc's and clang's
# builtins libraries have them all.
ARM_HELPERS = {
    "__aeabi_idiv", "__aeabi_idivmod", "__aeabi_uidiv", "__aeabi_uidivmod",
    "__aeabi_ldivmod", "__aeabi_uldivmod", "__aeabi_lmul",
    "__aeabi_llsl", "__aeabi_llsr", "__aeabi_lasr",
    "__aeabi_lcmp", "__aeabi_ulcmp",
    "__aeabi_memcpy", "__aeabi_memcpy4", "__aeabi_memcpy8",
    "__aeabi_memmove", "__aeabi_memmove4", "__aeabi_memmove8",
    "__aeabi_memset", "__aeabi_memset4", "__aeabi_memset8",
    "__aeabi_memclr", "__aeabi_memclr4", "__aeabi_memclr8",
    "__gnu_thumb1_case_sqi", "__gnu_thumb1_case_uqi", "__gnu_thumb1_case_shi",
    "__gnu_thumb1_case_uhi", "__gnu_thumb1_case_si",
}

WASM_HELPERS = {"__stack_pointer", "__linear_memory", "__indirect_function_table"}

TARGETS = [
    ("wasm32", ["--target=wasm32", "-Os"], WASM_HELPERS),
    ("Cortex-M0", ["--target=thumbv6m-none-eabi", "-mcpu=cortex-m0", "-Os"], ARM_HELPERS),
    ("Cortex-M0 -O0", ["--target=thumbv6m-none-eabi", "-mcpu=cortex-m0", "-O0"], ARM_HELPERS),
    ("AArch64", ["--target=aarch64-none-elf", "-O2"], set()),
    ("AArch64, no vectors", ["--target=aarch64-none-elf", "-mgeneral-regs-only", "-O2",
                             "-DSANSMTP_PORTABLE"], set()),
]


def print_size(tap, size, objects):
    """Text is code and constants; data and bss are writable, and must stay 0."""
    total = [0, 0, 0]
    for line in must([size, *objects]).splitlines()[1:]:
        fields = line.split()
        numbers = [int(field) for field in fields[:3]]
        total = [left + right for left, right in zip(total, numbers)]
        tap.say("%6d octets  %s" % (numbers[0], os.path.basename(fields[-1])))
    tap.say("%6d octets of code and constants in all" % total[0])
    tap.check(total[1] == 0 and total[2] == 0, "Cortex-M0: no writable memory of its own",
              "data %d, bss %d" % (total[1], total[2]))


def main():
    clang = [tool("clang", "clang-14")]
    nm = tool("llvm-nm", "llvm-nm-14")
    size = tool("llvm-size", "llvm-size-14")
    tap = Tap()
    for name, flags, helpers in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            objects, complaints = compile_lib(clang, folder, flags)
            if not tap.check(not complaints, "%s: compiles" % name, "\n".join(complaints)):
                continue
            defined = {symbol for symbol, _ in symbols(nm, objects, "--defined-only")}
            undefined = {symbol for symbol, _ in symbols(nm, objects, "-u")} - defined
            tap.check(undefined <= FIVE | helpers, "%s: calls only the five and helpers" % name,
                      "also: " + " ".join(sorted(undefined - FIVE - helpers)))
            if name == "Cortex-M0":
                print_size(tap, size, objects)
    return tap.done()


sys.exit(main())
