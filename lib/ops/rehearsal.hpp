#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/trace/recorder.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// The recorder of a rehearsal, and what it finds out of operations that have to be looked at (ops/looked.hpp).
namespace pantile::detail {

/// What a rank would do, or did, in one operation, without those inside it.
struct rehearsed_step {
  int depth = 0;
  std::string operation;
  std::vector<std::pair<std::string, std::string>> notes;
  traffic volume;
  double flops = 0;
  double bytes_read = 0;
  index_t lower_bound = 0;
  std::vector<trace::alternative> rejected;
  index_t taken_before = 0, memory = 0;
};

/// What a rank did in an operation: steps, of which the first one is the operation's own region, the most
/// memory at a time and what it still had at the end.
struct rehearsed_work {
  std::vector<rehearsed_step> steps;
  traffic total;
  index_t most = 0, left = 0;
};

/// Operations that had to be carried out, in the order of the statement: when it is rehearsed for this rank
/// they are looked at by all ranks, for other ranks they are told.
class looked_operations {
 public:
  struct look {
    std::string result;                // its type
    std::shared_ptr<void const> kept;  // none: it read what the statement computes or changes
    std::vector<rehearsed_work> by_rank;
  };

  /// Those of this rank go to all (collective, where they were).
  void share(communicator const& comm);
  /// The statement begins again, as this rank of the communicator.
  void begin(int rank);
  /// The next one; none: nobody has looked yet.
  look const* next();
  void add(look l) { all_.push_back(std::move(l)); }
  rehearsed_work const& work_of(look const& l) const;

  std::vector<void const*> changed;  // memory that the statement would have written to by now
  bool collective = false;           // ranks have looked together: the same on all of them
  bool alone = false;                // only this rank can go on

 private:
  std::vector<look> all_;
  std::size_t next_ = 0;
  int rank_ = -1;  // none: this one, before the others are known
};

/// What one rank would do.
class rehearsal final : public trace::recorder {
 public:
  enum class mode { rehearse, look };
  rehearsal(int world_rank, looked_operations& seen, mode m = mode::rehearse);
  /// What was counted while it was looked at is taken back.
  ~rehearsal() override;

  void enter(char const* operation) override;
  void leave() override { open_.pop_back(); }
  void note(char const* key, std::string value) override;
  void moved(traffic const& v) override;
  void counted(std::shared_ptr<traffic> const& counters, traffic const& v) override;
  void computed(double flops) override { open().flops += flops; }
  void read(double bytes) override { open().bytes_read += bytes; }
  void rejected(trace::alternative other) override { open().rejected.push_back(std::move(other)); }
  void rejected(std::string algorithm, function_ref<void()> way) override;
  void lower_bound(index_t bytes) override { open().lower_bound = bytes; }
  void memory(index_t bytes) override;
  void rehearse_or_look(function_ref<void()> rehearse, function_ref<std::shared_ptr<void const>()> carry_out,
                        function_ref<void(void const*)> imitate, char const* result) override;
  void communicated(trace::communication const& /*what*/) override { seen_.collective |= looks; }
  void changes(void const* memory) override { seen_.changed.push_back(memory); }
  void released(void const* memory) override { std::erase(seen_.changed, memory); }
  void knows_alone() override { seen_.alone = true; }
  bool knows(void const* memory) const override;

  rehearsed_work const& work() const { return work_; }

 private:
  rehearsed_step& open() { return work_.steps[open_.back()]; }
  /// What was done aside becomes a part of the open step.
  void add(rehearsed_work const& inside, index_t left);
  void add_seen(rehearsed_work const& inside, index_t left);
  /// All ranks carry it out.
  void look(function_ref<std::shared_ptr<void const>()> carry_out, char const* result);
  void at_most(index_t taken);

  int rank_;
  looked_operations& seen_;
  rehearsed_work work_;
  std::vector<std::size_t> open_;
  std::vector<std::pair<std::shared_ptr<traffic>, traffic>> counted_;  // where, and how much
};

}  // namespace pantile::detail
