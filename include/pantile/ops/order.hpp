#pragma once

// Everything that needs an order of the elements: sorting, quantiles, sets, histograms.
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/quantile.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/sort.hpp>
