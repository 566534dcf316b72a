// Plans before they run: what a dozen expressions will move, beside what the communicator counts when they run.
#include <pantile/pantile.hpp>

#include <fmt/format.h>

namespace pt = pantile;

namespace {

class tour {
 public:
  explicit tour(pt::communicator const& world) : world_(world) {}

  /// Explains an expression, evaluates it, and compares.
  template <class E>
  void visit(std::string const& title, E const& expression) {
    pt::plan const plan = pt::explain(expression);
    pt::traffic const before = world_.counters();
    auto const result = pt::eval(expression);
    compare(title, plan, world_.counters() - before);
  }
  /// The same for a statement.
  template <class Statement>
  void visit_statement(std::string const& title, Statement statement) {
    pt::plan const plan = pt::explain(world_, statement);
    pt::traffic const before = world_.counters();
    statement();
    compare(title, plan, world_.counters() - before);
  }
  bool good() const { return good_; }

 private:
  void compare(std::string const& title, pt::plan const& plan, pt::traffic const& counted) {
    pt::traffic const& predicted = plan.per_rank[static_cast<std::size_t>(world_.rank())];
    bool const here = predicted == counted;
    bool const everywhere = world_.allreduce(here ? 1 : 0, pt::reduce_op::min) == 1;
    good_ = good_ && everywhere;
    pt::index_t const bytes = world_.allreduce(counted.bytes_sent, pt::reduce_op::sum);
    pt::index_t const messages = world_.allreduce(counted.messages_sent, pt::reduce_op::sum);
    pt::print(world_, "{}. {}\n{}\n  counted: {} B in {} messages: {}\n\n", ++number_, title, to_string(plan),
              bytes, messages, everywhere ? "predicted = counted" : "NOT AS PREDICTED");
  }

  pt::communicator world_;
  int number_ = 0;
  bool good_ = true;
};

}  // namespace

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    auto const A = pt::random::normal<double>(world, {4096, 256}, pt::tiling::row(), {.seed = 1});
    auto const B = pt::random::normal<double>(world, {4096, 256}, pt::tiling::column(), {.seed = 2});
    auto const S = pt::random::normal<float>(world, {300, 300}, pt::tiling::block(), {.seed = 3});
    auto const w = pt::random::normal<double>(world, {256}, pt::tiling::replicated(), {.seed = 4});
    auto const v = pt::random::normal<double>(world, {4096}, pt::tiling::row(), {.seed = 5});
    auto H = pt::random::normal<double>(world, {1000, 100}, pt::tiling::row().halo(1), {.seed = 6});
    tour t(world);
    t.visit("aligned operands", A * 2.0 + abs(A));
    t.visit("mixed tilings: the smaller or later operand moves", A + B);
    t.visit("broadcasting a row", A - w);
    t.visit("a reduction within the tiles", sum(A, 1));
    t.visit("a reduction over the ranks", sum(square(A), 0));
    t.visit("a Gram matrix, and a symbol added", dot(transpose(A), A) + 0.1 * pt::identity<double>(256));
    t.visit("row x replicated", dot(A, w));
    t.visit("outer product", dot(transpose(A), v));
    t.visit("the gradient of logistic regression", dot(transpose(A), sigmoid(dot(A, w)) - v));
    t.visit("a transpose of blocks", transpose(S) + S);
    t.visit("a slice with steps", A(pt::range(0, {}, 2), pt::range({}, {}, -1)) + 1.0);
    t.visit("joining", concatenate(1, A, B));
    t.visit("rolling", roll(A, 100, 0));
    t.visit("a sort, which all ranks look at together: who gets what depends on the elements", sort(v));
    t.visit_statement("the same of a mask", [&] { (void)select(A, A > 2.0); });
    t.visit_statement("retiling", [&] { retile(A, pt::tiling::block()); });
    t.visit_statement("a stencil into an array with halo", [&] {
      H(pt::range(1, -1), pt::every) = 0.5 * (H(pt::range(0, -2), pt::every) + H(pt::range(2, {}), pt::every));
    });
    t.visit_statement("a number: the sum of all elements", [&] { sum(A * A); });
    return t.good() ? 0 : 1;
  });
}
