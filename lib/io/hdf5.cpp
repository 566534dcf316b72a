#include "hdf5_layout.hpp"
#include "hdf5_read.hpp"
#include "shared_file.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile {

namespace detail {

box whole_box(std::vector<index_t> const& shape, index_t count, std::source_location where) {
  extents const sizes(shape.data(), static_cast<int>(std::min<std::size_t>(shape.size(), max_dimensions + 1)),
                      where);
  if (sizes.count() != count)
    throw shape_error("hdf5_dataset: got " + std::to_string(count) + " elements for shape " + to_string(sizes),
                      where);
  return box(sizes);
}

#ifndef PANTILE_HAVE_HDF5

namespace {
[[noreturn]] void refuse_hdf5(std::string const& action, std::string const& path, std::source_location where) {
  throw io_error(
      "cannot " + action + " '" + path +
          "': Pantile was built without HDF5; install it (on Debian libhdf5-dev) and build again, or "
          "use .npy files",
      where);
}
}  // namespace

std::unique_ptr<array_source> open_hdf5(std::string const& path, std::string const&,
                                        std::source_location where) {
  refuse_hdf5("read", path, where);
}

hdf5_attributes attributes_in(std::string const& path, std::string const&, std::source_location where) {
  refuse_hdf5("read", path, where);
}

hdf5_layout lay_out_hdf5(std::string const& path, std::vector<hdf5_dataset> const&, hdf5_attributes const&,
                         std::source_location where) {
  refuse_hdf5("write", path, where);
}

#endif

namespace {

/// What must be the same on every rank.
std::uint64_t print_of(std::vector<hdf5_dataset> const& datasets, int ranks) {
  std::uint64_t print = datasets.size();
  for (hdf5_dataset const& d : datasets) {
    print = hash_combine(print, hash_bytes(d.name().data(), std::ssize(d.name())));
    print = hash_combine(print, static_cast<std::uint64_t>(d.type()));
    print = hash_combine(print, d.tiles(ranks).fingerprint());
  }
  return print;
}

}  // namespace

}  // namespace detail

bool has_hdf5() noexcept {
#ifdef PANTILE_HAVE_HDF5
  return true;
#else
  return false;
#endif
}

void write_hdf5(communicator const& comm, std::string const& path, std::vector<hdf5_dataset> const& datasets,
                hdf5_attributes const& attributes, std::source_location where) {
  trace::not_in_rehearsal("write_hdf5");
  comm.check_same("write_hdf5", detail::print_of(datasets, comm.size()), where);
  // The attributes may differ between ranks, and places with them: rank 0 says where everything lies.
  detail::hdf5_layout layout;
  layout.elements.resize(datasets.size());
  comm.agree(
      [&] {
        if (comm.rank() == 0) layout = detail::lay_out_hdf5(path, datasets, attributes, where);
      },
      where);
  comm.bcast(std::span<index_t>(layout.elements), 0, where);
  auto const write = [&](detail::file_writer& writer) {
    for (auto const& piece : layout.pieces) writer.write(piece.offset, piece.bytes);
    for (std::size_t i = 0; i < datasets.size(); ++i) {
      hdf5_dataset const& d = datasets[i];
      detail::write_tile(writer, layout.elements[i], d.tiles(comm.size()), d.stored(), element_bytes(d.type()),
                         d.data(), comm.rank());
    }
  };
  detail::write_together(comm, path, layout.size, write, where);
}

hdf5_attributes read_hdf5_attributes(communicator const& comm, std::string const& path,
                                     std::string const& object, std::source_location where) {
  hdf5_attributes attributes;
  comm.agree([&] { attributes = detail::attributes_in(path, object, where); }, where);
  return attributes;
}

}  // namespace pantile
