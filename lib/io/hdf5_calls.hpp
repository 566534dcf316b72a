#pragma once

#include <pantile/base/error.hpp>
#include <pantile/base/types.hpp>

// HDF5's functions as of 1.10, which later versions keep.
#define H5_USE_110_API
#include <hdf5.h>
#include <optional>
#include <string>
#include <utility>

namespace pantile::detail {

/// While it lives, HDF5 does not print its errors, which become ours.
class hdf5_silence {
 public:
  hdf5_silence();
  ~hdf5_silence();
  hdf5_silence(hdf5_silence const&) = delete;
  hdf5_silence& operator=(hdf5_silence const&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// What went wrong in the last call that failed, in HDF5's words: those of its innermost function.
std::string hdf5_reason();

/// Something of HDF5's that is open, or nothing.
class hdf5_id {
 public:
  hdf5_id() = default;
  explicit hdf5_id(hid_t id) : id_(id) {}
  ~hdf5_id() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  hdf5_id(hdf5_id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  hdf5_id& operator=(hdf5_id&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }

  operator hid_t() const noexcept { return id_; }  // NOLINT(google-explicit-constructor): for HDF5's functions
  bool is_open() const noexcept { return id_ >= 0; }
  hid_t release() noexcept { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// How a file keeps elements of a type: as h5py would.
hdf5_id hdf5_type_of(dtype type);

/// What elements of a type of a file become: one of Pantile's, and how HDF5 has to put it into memory; nothing
/// where Pantile has none.
struct hdf5_memory {
  dtype type;
  hdf5_id id;
};
std::optional<hdf5_memory> hdf5_memory_of(hid_t file_type);

/// A type of a file in words.
std::string hdf5_type_text(hid_t file_type);

}  // namespace pantile::detail
