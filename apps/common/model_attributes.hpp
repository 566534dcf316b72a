#pragma once

#include <pantile/io/hdf5.hpp>

#include <nlohmann/json.hpp>

namespace pantile::apps {

/// The members of a JSON object as attributes: numbers, texts, truth values and lists of numbers of one kind as
/// such, all others as JSON texts. A text that could be taken for one becomes one.
hdf5_attributes attributes_of(nlohmann::ordered_json const& object);

/// The object of which these are the attributes, in the order of their names.
nlohmann::ordered_json json_of(hdf5_attributes const& attributes);

}  // namespace pantile::apps
