#pragma once

#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace support {

/// What a rank really does: what is moved, what was told of that before, what is computed and read, the most
/// memory at a time, and how many fused loops are run.
struct costs {
  pantile::traffic volume;
  pantile::index_t predicted_bytes = 0;  // received
  pantile::index_t taken = 0, most = 0;
  double flops = 0;
  double bytes_read = 0;  // of matrices, by products
  int loops = 0;
  std::string notes;  // a line for each
};
struct meter final : pantile::trace::recorder, costs {
  void enter(char const* operation) override { loops += operation == std::string_view("elementwise"); }
  void leave() override {}
  void note(char const* key, std::string value) override { notes += key + (": " + value) + "\n"; }
  void moved(pantile::traffic const& v) override { volume += v; }
  void predicted(pantile::index_t bytes_received, double) override { predicted_bytes += bytes_received; }
  void computed(double more) override { flops += more; }
  void read(double bytes) override { bytes_read += bytes; }
  void memory(pantile::index_t bytes) override { most = std::max(most, taken += bytes); }
};

template <class Statement>
costs measured(Statement statement) {
  meter m;
  pantile::trace::listen const here(m);
  statement();
  return m;
}

}  // namespace support
