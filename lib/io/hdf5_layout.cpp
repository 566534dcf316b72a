#ifdef PANTILE_HAVE_HDF5

#include "hdf5_layout.hpp"

#include "hdf5_attributes.hpp"
#include "hdf5_image.hpp"

namespace pantile::detail {

namespace {

/// What makes a file of the layout, and says what HDF5 makes impossible.
class layout_writer {
 public:
  layout_writer(std::string const& path, hid_t access, std::source_location where)
      : path_(path), where_(where) {
    file_ = hdf5_id(H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access));
    if (!file_.is_open()) fail("making the file");
  }

  void add_attributes(hid_t object, std::string const& of, hdf5_attributes const& attributes) const {
    for (auto const& [name, value] : attributes)
      if (std::string const why = write_attribute(object, name, value); !why.empty())
        fail("attribute '" + name + "' of " + of, why);
  }

  void add_attributes(hdf5_attributes const& attributes) const {
    hdf5_id const root(H5Gopen2(file_, "/", H5P_DEFAULT));
    add_attributes(root, "the file", attributes);
  }

  /// Where its elements begin.
  index_t add(hdf5_dataset const& dataset) const {
    std::string const called = "dataset '" + dataset.name() + "'";
    hdf5_id const type = hdf5_type_of(dataset.type()), space = space_of(dataset);
    hdf5_id const links(H5Pcreate(H5P_LINK_CREATE)), settings(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_char_encoding(links, H5T_CSET_UTF8);
    H5Pset_layout(settings, H5D_CONTIGUOUS);
    H5Pset_alloc_time(settings, H5D_ALLOC_TIME_EARLY);  // a place, now, and
    H5Pset_fill_time(settings, H5D_FILL_TIME_NEVER);    // nothing written there
    H5Pset_obj_track_times(settings, false);            // the same array makes the same file
    hdf5_id const made(H5Dcreate2(file_, dataset.name().c_str(), type, space, links, settings, H5P_DEFAULT));
    if (!made.is_open()) fail(called);
    add_attributes(made, called, dataset.attributes());
    if (H5Sget_simple_extent_npoints(space) == 0) return 0;
    haddr_t const offset = H5Dget_offset(made);
    if (offset == HADDR_UNDEF) fail("the place of " + called);
    return static_cast<index_t>(offset);
  }

  void finish() {
    if (H5Fclose(file_.release()) < 0) fail("completing the file");
  }

 private:
  static hdf5_id space_of(hdf5_dataset const& dataset) {
    extents const shape = dataset.tiles(1).shape();
    hsize_t sizes[max_dimensions] = {};
    for (int d = 0; d < shape.dimensions(); ++d) sizes[d] = static_cast<hsize_t>(shape[d]);
    return hdf5_id(H5Screate_simple(shape.dimensions(), sizes, nullptr));
  }

  [[noreturn]] void fail(std::string const& what, std::string const& why = hdf5_reason()) const {
    throw io_error("cannot write '" + path_ + "': " + what + ": " + why, where_);
  }

  std::string const& path_;
  std::source_location where_;
  hdf5_id file_;
};

}  // namespace

hdf5_layout lay_out_hdf5(std::string const& path, std::vector<hdf5_dataset> const& datasets,
                         hdf5_attributes const& attributes, std::source_location where) {
  hdf5_silence const silence;
  hdf5_layout layout;
  hdf5_image const image(layout, path, where);
  layout_writer writer(path, image.access(), where);
  writer.add_attributes(attributes);
  for (hdf5_dataset const& dataset : datasets) layout.elements.push_back(writer.add(dataset));
  writer.finish();
  return layout;
}

}  // namespace pantile::detail

#endif
