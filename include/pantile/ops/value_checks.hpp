#pragma once

#include <pantile/array/replicas.hpp>
#include <pantile/comm/value_checks.hpp>
#include <pantile/expr/nodes.hpp>

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

// What statements do at PANTILE_CHECK=2, and only there: the ranks compare the numbers, local arrays and views
// that are mixed into a distributed expression before anything moves; afterwards they look for NaN that no
// operand had, and compare the parts of the result that several ranks have computed.
namespace pantile::detail {

/// What must be the same on every rank, and then is compared: arguments, the tiling of a result, and what
/// resolved operands say in their `survey`.
class value_comparison {
 public:
  explicit value_comparison(std::span<argument const> arguments = {}, tiling const* target = nullptr);
  value_comparison(value_comparison const&) = delete;
  value_comparison& operator=(value_comparison const&) = delete;
  ~value_comparison();

  operand_survey operands;
  /// Throws divergence_error on every rank where they differ (collective).
  void check(communicator const& comm, statement const& what) const;

 private:
  std::vector<checked_value> values_;
};

/// Throws divergence_error on every rank where operands that must be the same differ (collective; does nothing
/// below PANTILE_CHECK=2).
template <node... Es>
void check_operands(std::optional<communicator> const& comm, statement const& what, Es const&... resolved) {
  if (!comm || !checks_values()) return;
  value_comparison comparison;
  (resolved.survey(comparison.operands), ...);
  comparison.check(*comm, what);
}

/// Throws domain_error on every rank (collective where `comm` is given) where an element is NaN and none of the
/// elements that it was computed from is.
void check_no_new_nan(std::optional<communicator> const& comm, statement const& what, stored_part const& part,
                      std::vector<read_operand> const& reads);
/// The same for a reduction, whose results are made of all elements of a region.
void check_no_new_nan(std::optional<communicator> const& comm, statement const& what, stored_part const& part,
                      std::vector<read_operand> const& reads, box const& reduced);

}  // namespace pantile::detail
