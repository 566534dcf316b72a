#include "../base/instantiate.hpp"

#include <pantile/kernel/domain.hpp>
#include <pantile/ops/compute.hpp>

namespace pantile::detail {

void run_checked(std::optional<communicator> const& comm, function_ref<void()> loop) {
  auto const checked = [&] {
    kernel::take_domain_failure();  // of a loop that was left by an exception
    loop();
    if (kernel::take_domain_failure())
      throw domain_error("integer division or remainder by zero", std::string());
  };
  if (!comm) return checked();
  comm->agree([&] {
    try {
      checked();
    } catch (error const&) {
      throw;
    } catch (std::exception const& e) {  // a function of the user: no place in our sources would help
      throw error(error_kind::general, e.what(), std::string());
    }
  });
}

void note_site(trace::region const& r, std::optional<communicator> const& comm, tiling const& target,
               extents const& shape) {
  r.note("shape", [&] { return to_string(shape); });
  if (comm) r.note("tiling", [&] { return to_string(target); });
}

void note_reduction(trace::region const& r, bool distributed) {
  r.note("why", [&] {
    return distributed
               ? "the expression in one fused pass without an array of its own, in the tiling of the largest "
                 "operand; parts of ranks are combined"
               : "the expression in one fused pass without an array of its own";
  });
}

void reject_tilings(trace::region const& here, std::vector<tiling> const& others, tiling const& taken,
                    function_ref<void(tiling const&)> way) {
  for (tiling const& t : others)
    if (!t.owns_alike(taken)) here.rejected("in " + to_string(t), [&] { way(t); });
}

void rehearse_move(communicator const& comm, tiling const& from, tiling const& to, index_t element_bytes) {
  box const before = from.box_of(comm.rank()), after = to.box_of(comm.rank());
  auto const source = allocate_tile(before.count() * element_bytes, memory_kind::local);
  auto const target = allocate_tile(after.count() * element_bytes, memory_kind::local);
  move_elements(from.with_halos({}), to.with_halos({}), comm, source.get(), before, target.get(), after,
                element_bytes, std::source_location::current());
}

template <int N>
std::vector<tiling> operand_tilings(resolved_ref<N> const& e) {
  std::vector<tiling> all;
  e.surveyed(&all);
  return all;
}

template <int N>
void check_operands(evaluation_site<N> const& site, resolved_ref<N> const& e,
                    std::initializer_list<argument> arguments) {
  if (!site.checked || !site.comm) return;
  value_comparison comparison(arguments, &site.target);
  e.survey(e.expression, comparison.operands);
  comparison.check(*site.comm, site.what);
}

template <int N>
void begin_elementwise(trace::region const& here, resolved_ref<N> const& e, evaluation_site<N> const& site,
                       index_t element_bytes) {
  note_site(here, site.comm, site.target, extents(site.shape));
  here.note("why", [&] {
    return !site.comm        ? "one fused loop on this rank"
           : site.what.asked ? "one fused loop, in the tiling of the target"
                             : "one fused loop, in the tiling of the largest operand";
  });
  site.keep.reserve(4);
  double const operations = e.operations;
  // What is broadcast into a larger target has no tiling that the target could have.
  if (site.comm && trace::rehearsing() && e.shape == extents(site.shape))
    reject_tilings(here, operand_tilings(e), site.target, [&](tiling const& other) {
      e.fetch(e.expression, site_at<N>(site.shape, site.comm, other));
      trace::computed(static_cast<double>(other.box_of(site.comm->rank()).count()) * operations);
      if (site.what.asked) rehearse_move(*site.comm, other, site.target, element_bytes);
    });
  check_operands(site, e);
  trace::computed(static_cast<double>(site.region.count()) * operations);
}

template <int N>
void check_computed(evaluation_site<N> const& site, stored_part const& part) {
  if (!site.checked) return;
  check_no_new_nan(site.comm, site.what, part, site.reads);
  if (site.comm) check_replicas(*site.comm, site.target, site.what.operation, part, site.what.where);
}

#define PANTILE_INSTANTIATE(N)                                                                             \
  template std::vector<tiling> operand_tilings(resolved_ref<N> const&);                                    \
  template void check_operands(evaluation_site<N> const&, resolved_ref<N> const&,                          \
                               std::initializer_list<argument>);                                           \
  template void begin_elementwise(trace::region const&, resolved_ref<N> const&, evaluation_site<N> const&, \
                                  index_t);                                                                \
  template void check_computed(evaluation_site<N> const&, stored_part const&);
PANTILE_FOR_DIMENSIONS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
