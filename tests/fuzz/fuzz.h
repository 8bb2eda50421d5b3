/*
 * What a fuzz target is: one function over hostile bytes that must neither
 * crash nor pass a bound. libFuzzer calls it (make fuzz); replay.c runs it
 * over the kept corpus (make test).
 */
#ifndef MXPRINT_TESTS_FUZZ_FUZZ_H
#define MXPRINT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
