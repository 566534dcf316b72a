#pragma once

// Everything that a program needs: `#include <pantile/pantile.hpp>`.
#include <pantile/array/array.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/movement.hpp>
