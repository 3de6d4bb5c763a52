#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the arguments of a `main`, and hands each input to a function that returns 0:
/// <https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library>.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *input, size_t length));
