// Conway's Game of Life on rows with a halo: every generation exchanges one row with each neighbour.
#include <pantile/pantile.hpp>

namespace pt = pantile;
using pt::range;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    pt::index_t const n = 40;
    // A glider in the upper left corner; the rim stays dead.
    auto const alive = [](pt::index_t i, pt::index_t j) {
      bool const glider[3][3] = {{false, true, false}, {false, false, true}, {true, true, true}};
      return i >= 1 && i < 4 && j >= 1 && j < 4 && glider[i - 1][j - 1];
    };
    auto cells = pt::from_function<std::uint8_t>(world, {n, n}, pt::tiling::row().halo(1), alive);
    range const inner(1, -1), before(0, -2), after(2, {});
    auto const around = [&](range const& rows) {
      return cells(rows, before) + cells(rows, inner) + cells(rows, after);
    };

    int const generations = 4 * 20;
    for (int g = 0; g < generations; ++g) {
      auto const neighbours = around(before) + around(inner) + around(after) - cells(inner, inner);
      cells(inner, inner) = neighbours == 3 || (neighbours == 2 && cells(inner, inner) == 1);
    }
    // A glider is back in its shape after four generations, one row and column further.
    pt::index_t const moved = generations / 4;
    auto const expected = pt::from_function<std::uint8_t>(
        world, {n, n}, pt::tiling::row(),
        [&](pt::index_t i, pt::index_t j) { return alive(i - moved, j - moved); });
    bool const good = all(cells == expected);
    pt::print(world, "{} cells alive after {} generations, the glider is {}\n", sum(cells), generations,
              good ? "where it should be" : "lost");
    return good ? 0 : 1;
  });
}
