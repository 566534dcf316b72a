#pragma once

// The elementwise functions and operators of the language, by subject. To add one: a line in the header of its
// subject and a row in test/mpi/expr/function_cases.hpp. NumPy's semantics: integer arithmetic wraps,
// functions such as exp compute integers as double, NaN propagates. Where we differ: `/` and `%` of integers
// truncate as in C++ (floor_divide and remainder are NumPy's), pow of integers computes as double, and a
// division of integers by zero is a domain_error.
#include <pantile/expr/arithmetic.hpp>
#include <pantile/expr/bits.hpp>
#include <pantile/expr/choice.hpp>
#include <pantile/expr/comparison.hpp>
#include <pantile/expr/complex.hpp>
#include <pantile/expr/elementary.hpp>
