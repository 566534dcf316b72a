#ifdef PANTILE_HAVE_OTF2
#include "archive_events.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace pantile::trace::detail {

namespace {

/// Different for all threads of all ranks: 34 bits for the regions of one.
std::uint64_t first_guid(spool_header const& h) {
  return (static_cast<std::uint64_t>(h.rank) + 1) << 42 | (static_cast<std::uint64_t>(h.thread) & 0xffU) << 34;
}

OTF2_CollectiveOp operation_of(communication_kind kind) {
  switch (kind) {
    case communication_kind::bcast:
      return OTF2_COLLECTIVE_OP_BCAST;
    case communication_kind::allreduce:
      return OTF2_COLLECTIVE_OP_ALLREDUCE;
    case communication_kind::reduce:
      return OTF2_COLLECTIVE_OP_REDUCE;
    case communication_kind::scan:
      return OTF2_COLLECTIVE_OP_SCAN;
    case communication_kind::exclusive_scan:
      return OTF2_COLLECTIVE_OP_EXSCAN;
    case communication_kind::allgather:
      return OTF2_COLLECTIVE_OP_ALLGATHERV;
    case communication_kind::alltoall:
      return OTF2_COLLECTIVE_OP_ALLTOALLV;
    default:
      return OTF2_COLLECTIVE_OP_BARRIER;
  }
}

std::uint32_t root_of(communication const& c) {
  return c.peer < 0 ? static_cast<std::uint32_t>(OTF2_COLLECTIVE_ROOT_NONE)
                    : static_cast<std::uint32_t>(c.peer);
}

void checked(OTF2_ErrorCode code) { check_otf2(code, "an event"); }

}  // namespace

event_writer::event_writer(OTF2_EvtWriter* to, spool_reader const& from, archive_tables const& tables)
    : to_(to),
      attributes_(OTF2_AttributeList_New()),
      from_(from),
      tables_(tables),
      defined_(from.definitions()) {
  for (region_definition const& r : defined_.regions) regions_.push_back(tables.region(r));
  for (auto const& [number, c] : defined_.communicators) communicators_[number] = tables.communicator(c);
  for (std::string const& name : defined_.counters) counters_.push_back(tables.counter(name));
  guid_ = first_guid(from.head());
}

event_writer::~event_writer() { OTF2_AttributeList_Delete(attributes_); }

void event_writer::write() {
  from_.each([&](record const& r, std::span<std::uint64_t const> words) {
    if (!ended_) take(r, words);
  });
  while (!open_.empty()) {
    ++now_;
    leave();
  }
}

void event_writer::take(record const& r, std::span<std::uint64_t const> words) {
  if (r.time > 0) now_ = std::max(now_, static_cast<OTF2_TimeStamp>(r.time));
  auto const defined = [](auto const& list, std::size_t i) {
    if (i >= list.size())
      throw io_error("the spool is damaged: a record names what was not defined", std::string());
    return i;
  };
  switch (r.kind) {
    case record_kind::enter:
      return enter(static_cast<int>(defined(regions_, r.id)));
    case record_kind::leave:
      if (open_.empty()) throw io_error("the spool is damaged: a region ends twice", std::string());
      return leave();
    case record_kind::note:
      if (!open_.empty())
        open_.back().notes.emplace_back(
            first_note +
                static_cast<OTF2_AttributeRef>(tables_.note_key(defined_.texts[defined(defined_.texts, r.id)])),
            static_cast<OTF2_StringRef>(
                tables_.text(defined_.texts[defined(defined_.texts, static_cast<std::size_t>(words[0]))])));
      return;
    case record_kind::moved: {
      traffic const t = traffic_of(words);
      set(own_metric::bytes_sent, own_[0] + t.bytes_sent);
      set(own_metric::bytes_received, own_[1] + t.bytes_received);
      set(own_metric::messages_sent, own_[2] + t.messages_sent);
      return set(own_metric::messages_received, own_[3] + t.messages_received);
    }
    case record_kind::predicted:
      return predicted(static_cast<std::int64_t>(words[0]), time_prediction_of(words));
    case record_kind::computed:
      flops_ += std::bit_cast<double>(words[0]);
      changed_[static_cast<std::size_t>(own_metric::flops)] = true;
      return;
    case record_kind::memory:
      return set(own_metric::allocated, static_cast<std::int64_t>(words[0]));
    case record_kind::waited:
      return set(own_metric::waiting,
                 own_[static_cast<std::size_t>(own_metric::waiting)] + static_cast<std::int64_t>(words[0]));
    case record_kind::communicated:
      return communicated(communication_of(r, words));
    case record_kind::counters:
      values_.assign(words.begin(), words.end());
      return;
    default:
      return;
  }
}

void event_writer::predicted(std::int64_t bytes, time_prediction const& time) {
  if (!open_.empty()) open_.back().time.add(time);
  auto at = open_.rbegin();
  while (at != open_.rend() && at->is_call) ++at;
  if (at == open_.rend() || bytes == 0) return;
  at->predicted += bytes;
  at->has_prediction = true;
}

void event_writer::set(own_metric m, std::int64_t value) {
  auto const i = static_cast<std::size_t>(m);
  changed_[i] = changed_[i] || own_[i] != value;
  own_[i] = value;
}

void event_writer::enter(int region) {
  OTF2_AttributeList_AddUint64(attributes_, guid_attribute, guid_);
  if (!open_.empty()) OTF2_AttributeList_AddUint64(attributes_, parent_attribute, open_.back().guid);
  auto const known = static_cast<OTF2_RegionRef>(regions_[static_cast<std::size_t>(region)]);
  checked(OTF2_EvtWriter_Enter(to_, attributes_, now_, known));
  open_.push_back({known, guid_++, {}, defined_.regions[static_cast<std::size_t>(region)].is_call, false, {}});
  write_metrics(false);
}

void event_writer::leave() {
  frame& f = open_.back();
  end_collective(f);
  if (f.has_prediction) {
    // Below 0: what was predicted elsewhere is taken back here.
    OTF2_AttributeList_AddUint64(attributes_, prediction_attribute,
                                 static_cast<std::uint64_t>(std::max<std::int64_t>(f.predicted, 0)));
  }
  if (f.time.is_known()) OTF2_AttributeList_AddDouble(attributes_, seconds_attribute, f.time.seconds());
  for (auto const& [key, value] : f.notes) OTF2_AttributeList_AddStringRef(attributes_, key, value);
  checked(OTF2_EvtWriter_Leave(to_, attributes_, now_, f.region));
  bool const was_call = f.is_call;
  if (open_.size() > 1 && f.has_prediction) {
    frame& above = open_[open_.size() - 2];
    above.predicted += f.predicted;
    above.has_prediction = true;
  }
  open_.pop_back();
  ended_ = open_.empty();
  write_metrics(was_call);
}

void event_writer::metric(int number, bool real, OTF2_MetricValue value) {
  OTF2_Type const type = real ? OTF2_TYPE_DOUBLE : OTF2_TYPE_INT64;
  checked(OTF2_EvtWriter_Metric(to_, nullptr, now_, static_cast<OTF2_MetricRef>(number), 1, &type, &value));
}

void event_writer::write_metrics(bool after_call) {
  // What a movement counts is only complete with the region that it is in, and calls may be followed by what
  // takes their bytes back; the others belong to a region or a call.
  bool const in_call = after_call || (!open_.empty() && open_.back().is_call);
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    if (!changed_[i] || (in_call && i <= static_cast<std::size_t>(own_metric::messages_received))) continue;
    OTF2_MetricValue value{};
    bool const real = i == static_cast<std::size_t>(own_metric::flops);
    if (real)
      value.floating_point = flops_;
    else
      value.signed_int = own_[i];
    metric(static_cast<int>(i), real, value);
    changed_[i] = false;
  }
  for (std::size_t i = 0; i < values_.size() && i < counters_.size(); ++i) {
    OTF2_MetricValue value{};
    value.signed_int = static_cast<std::int64_t>(values_[i]);
    metric(own_metrics + counters_[i], false, value);
  }
  values_.clear();
}

void event_writer::end_collective(frame& f) {
  if (!f.is_collective) return;
  communication const& c = f.collective;
  checked(OTF2_EvtWriter_MpiCollectiveEnd(to_, nullptr, now_, operation_of(c.kind), communicator(c), root_of(c),
                                          static_cast<std::uint64_t>(c.bytes_sent),
                                          static_cast<std::uint64_t>(c.bytes_received)));
  f.is_collective = false;
}

void event_writer::communicated(communication const& c) {
  if (open_.empty() || !communicators_.contains(c.communicator))
    throw io_error("the spool is damaged: a communication outside of the program", std::string());
  auto const peer = static_cast<std::uint32_t>(c.peer), tag = static_cast<std::uint32_t>(c.tag);
  switch (c.kind) {
    case communication_kind::send_begun:
      return checked(OTF2_EvtWriter_MpiIsend(to_, nullptr, now_, peer, communicator(c), tag,
                                             static_cast<std::uint64_t>(c.bytes_sent), c.request));
    case communication_kind::send_done:
      return checked(OTF2_EvtWriter_MpiIsendComplete(to_, nullptr, now_, c.request));
    case communication_kind::receive_begun:
      return checked(OTF2_EvtWriter_MpiIrecvRequest(to_, nullptr, now_, c.request));
    case communication_kind::receive_done:
      return checked(OTF2_EvtWriter_MpiIrecv(to_, nullptr, now_, peer, communicator(c), tag,
                                             static_cast<std::uint64_t>(c.bytes_received), c.request));
    case communication_kind::given_up:
      return checked(OTF2_EvtWriter_MpiRequestCancelled(to_, nullptr, now_, c.request));
    case communication_kind::collective_begun:
      return checked(OTF2_EvtWriter_NonBlockingCollectiveRequest(to_, nullptr, now_, c.request));
    case communication_kind::collective_done:
      return checked(OTF2_EvtWriter_NonBlockingCollectiveComplete(
          to_, nullptr, now_, operation_of(c.blocking), communicator(c), root_of(c),
          static_cast<std::uint64_t>(c.bytes_sent), static_cast<std::uint64_t>(c.bytes_received), c.request));
    default:
      break;
  }
  frame& f = open_.back();
  end_collective(f);
  checked(OTF2_EvtWriter_MpiCollectiveBegin(to_, nullptr, now_));
  f.is_collective = true;
  f.collective = c;
  if (!f.is_call) end_collective(f);  // the call itself is filtered out
}

}  // namespace pantile::trace::detail
#endif
