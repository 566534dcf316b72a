#pragma once

#include <pantile/base/error.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/io/array_file.hpp>
#include <pantile/io/hdf5.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

// Models as files: of each array NAME.npy, and model.json, or one HDF5 file, model.h5, whose datasets are the
// arrays and whose attributes are what model.json says. All functions are collective.
namespace pantile::apps {

/// All files that a model with these arrays may have, in either format.
std::vector<std::filesystem::path> model_files(std::vector<std::string> const& arrays);
/// The files of the model that is in a folder, of the format that it has; none where there is no model: what is
/// there under these names is someone else's.
std::vector<std::filesystem::path> model_files_in(std::string const& folder,
                                                  std::vector<std::string> const& arrays);

/// Throws io_error where a model cannot be written in a format, npy or hdf5, by this build.
void check_model_format(std::string const& format);

/// Writes a model into a folder that has none. `said`: an object.
void write_model(communicator const& comm, std::string const& folder, std::string const& format,
                 std::vector<hdf5_dataset> const& arrays, nlohmann::ordered_json const& said);

/// A model that a program has written, in either format.
class model_source {
 public:
  /// Finds it: in a folder, or the HDF5 file itself. Throws io_error where there is none, where there are two,
  /// and where what is there is of another program.
  model_source(communicator const& comm, std::string path, std::string program);

  /// What is known of the model beside its arrays.
  nlohmann::ordered_json const& said() const noexcept { return said_; }
  /// Where an array is.
  array_place place(std::string const& array) const;
  /// The error for a model that lacks something, or has it wrong.
  io_error refused(std::string const& why) const;

  /// Before a model is written: says where it will replace one; throws io_error where that is of another
  /// program.
  static void check_replaced(communicator const& comm, std::string const& folder, std::string const& program);

 private:
  model_source(std::string path, std::string program) : path_(std::move(path)), program_(std::move(program)) {}
  bool find(communicator const& comm);

  std::string path_, program_;
  std::string file_;      // that says what is known of it
  bool is_hdf5_ = false;  // and holds the arrays
  nlohmann::ordered_json said_;
};

}  // namespace pantile::apps
