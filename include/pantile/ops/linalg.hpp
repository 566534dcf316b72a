#pragma once

// Linear algebra beyond dot.
#include <pantile/ops/contract.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/eig.hpp>
#include <pantile/ops/factorise.hpp>
#include <pantile/ops/gemm.hpp>
#include <pantile/ops/least_squares.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/ops/matmul.hpp>
#include <pantile/ops/matrix_power.hpp>
#include <pantile/ops/pca.hpp>
#include <pantile/ops/products.hpp>
#include <pantile/ops/randomized_svd.hpp>
#include <pantile/ops/solve.hpp>
