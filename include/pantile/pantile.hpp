#pragma once

// Everything that a program needs: `#include <pantile/pantile.hpp>`.
#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/array/print.hpp>
#include <pantile/array/tile_of.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/io/csv.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/io/ratings.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>
#include <pantile/sparse/counts.hpp>
#include <pantile/sparse/sparse_array.hpp>
#include <pantile/sparse/transpose.hpp>
