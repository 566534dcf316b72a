#pragma once

#include <pantile/plan/als.hpp>

#include <nlohmann/json.hpp>

#include <string>

// How the programs name solvers and ways to transfer, and write what an iteration costs.
namespace pantile::apps {

inline als_solver solver_of(std::string const& name) {
  if (name == "cg") return als_solver::conjugate_gradients;
  return name == "subspace" ? als_solver::subspace : als_solver::cholesky;
}
inline als_transfer transfer_of(std::string const& name) {
  if (name == "named") return als_transfer::named;
  return name == "all" ? als_transfer::all : als_transfer::automatic;
}

inline std::string text_of(als_exchange const& how) {
  return std::string(how.named ? "the rows that ratings name" : "all rows") +
         (how.chunks > 1 ? ", in " + std::to_string(how.chunks) + " chunks while rows are solved" : "");
}

inline nlohmann::ordered_json json_of(als_exchange const& how) {
  return {{"rows", how.named ? "named" : "all"}, {"chunks", how.chunks}};
}

inline nlohmann::ordered_json json_of(als_memory const& m) {
  return {{"ratings", m.ratings},
          {"own_factors", m.own_factors},
          {"fetched_factors", m.fetched_factors},
          {"transfer", m.transfer},
          {"work", m.work},
          {"laying_out_ratings", m.laying_out}};
}

}  // namespace pantile::apps
