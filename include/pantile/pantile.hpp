#pragma once

// Everything that a program needs: `#include <pantile/pantile.hpp>`.
#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/array/print.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>
