#include "model_files.hpp"

#include "input.hpp"
#include "model_attributes.hpp"
#include "output.hpp"
#include "program.hpp"

namespace pantile::apps {

namespace {

constexpr char const* json_file = "model.json";
constexpr char const* hdf5_file = "model.h5";

}  // namespace

std::vector<files::path> model_files(std::vector<std::string> const& arrays) {
  std::vector<files::path> all{json_file, hdf5_file};
  for (std::string const& array : arrays) all.emplace_back(array + ".npy");
  return all;
}

std::vector<files::path> model_files_in(std::string const& folder, std::vector<std::string> const& arrays) {
  std::error_code ignored;  // what cannot be seen is not replaced
  std::vector<files::path> found;
  if (files::exists(files::path(folder) / hdf5_file, ignored)) found.emplace_back(hdf5_file);
  if (!files::exists(files::path(folder) / json_file, ignored)) return found;
  found.emplace_back(json_file);
  for (std::string const& array : arrays) found.emplace_back(array + ".npy");
  return found;
}

void check_model_format(std::string const& format) {
  if (format == "hdf5" && !has_hdf5())
    throw io_error(
        "--model-format hdf5: Pantile was built without HDF5; install it (on Debian libhdf5-dev) and build "
        "again, or give npy",
        std::string());
}

void write_model(communicator const& comm, std::string const& folder, std::string const& format,
                 std::vector<hdf5_dataset> const& arrays, nlohmann::ordered_json const& said) {
  if (format == "hdf5") return write_hdf5(comm, folder + "/" + hdf5_file, arrays, attributes_of(said));
  for (hdf5_dataset const& a : arrays)
    pantile::detail::write_npy_tiles(comm, folder + "/" + a.name() + ".npy", a.type(), a.tiles(comm.size()),
                                     a.stored(), a.data(), std::source_location::current());
  write_json(comm, folder + "/" + json_file, said);
}

model_source::model_source(communicator const& comm, std::string path, std::string program)
    : model_source(std::move(path), std::move(program)) {
  if (!find(comm))
    throw io_error("'" + path_ + "' holds no model: there is no " + json_file + " and no " + hdf5_file +
                       "; --output of " + program_ + " writes one",
                   std::string());
}

/// False where there is none.
bool model_source::find(communicator const& comm) {
  comm.agree([&] {
    if (comm.rank() != 0) return;
    std::error_code ignored;  // whoever reads it will say it
    std::string const json = path_ + "/" + json_file, hdf5 = path_ + "/" + hdf5_file;
    bool const has_hdf5_file = files::exists(hdf5, ignored);
    if (has_hdf5_file && files::exists(json, ignored))
      throw io_error(
          "'" + path_ + "' holds two models, " + json_file + " and " + hdf5_file + ": move one of them away",
          std::string());
    file_ = files::is_regular_file(path_, ignored) ? path_ : has_hdf5_file ? hdf5 : json;
  });
  file_ = comm.bcast(file_, 0);
  is_hdf5_ = file_ != path_ + "/" + json_file;
  if (is_hdf5_) {
    said_ = json_of(read_hdf5_attributes(comm, file_));
  } else {
    auto json = read_json(comm, file_);
    if (!json) return false;
    said_ = std::move(*json);
  }
  if (!said_.is_object()) throw refused("it is no JSON object");
  auto const writer = said_.find("program");
  if (writer == said_.end() || *writer != program_)
    throw refused(writer == said_.end() ? "it names no program" : "it is of " + writer->dump());
  return true;
}

array_place model_source::place(std::string const& array) const {
  return is_hdf5_ ? array_place{file_, array} : array_place{path_ + "/" + array + ".npy", ""};
}

io_error model_source::refused(std::string const& why) const {
  return io_error("'" + file_ + "' is not of a model of " + program_ + ": " + why, std::string());
}

void model_source::check_replaced(communicator const& comm, std::string const& folder,
                                  std::string const& program) {
  try {
    model_source there(folder, program);
    if (there.find(comm)) say(comm, "the model in '{}' will be replaced", folder);
  } catch (io_error const& e) {
    throw io_error(
        "a model would be written into '" + folder + "', but " + e.message() + "; choose another --output",
        std::string());
  }
}

}  // namespace pantile::apps
