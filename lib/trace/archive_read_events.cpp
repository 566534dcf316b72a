#ifdef PANTILE_HAVE_OTF2
#include "archive_callbacks.hpp"

#include <pantile/base/error.hpp>

namespace pantile::trace::detail {

namespace {

event_teller& teller(void* data) { return *static_cast<event_teller*>(data); }

OTF2_CallbackCode on_enter(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data,
                           OTF2_AttributeList* list, OTF2_RegionRef region) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) { to.enter(now, t.region(region), t.said(list)); });
}

OTF2_CallbackCode on_leave(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data,
                           OTF2_AttributeList* list, OTF2_RegionRef region) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) { to.leave(now, t.region(region), t.said(list)); });
}

OTF2_CallbackCode on_send(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data, OTF2_AttributeList*,
                          uint32_t receiver, OTF2_CommRef communicator, uint32_t tag, uint64_t bytes) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) {
    int const c = t.communicator(communicator);
    to.sent(now, t.rank(c, receiver), c, static_cast<int>(tag), static_cast<index_t>(bytes));
  });
}

OTF2_CallbackCode on_isend(OTF2_LocationRef l, OTF2_TimeStamp time, uint64_t at, void* data,
                           OTF2_AttributeList* list, uint32_t receiver, OTF2_CommRef communicator, uint32_t tag,
                           uint64_t bytes, uint64_t) {
  return on_send(l, time, at, data, list, receiver, communicator, tag, bytes);
}

OTF2_CallbackCode on_receive(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data, OTF2_AttributeList*,
                             uint32_t sender, OTF2_CommRef communicator, uint32_t tag, uint64_t bytes) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) {
    int const c = t.communicator(communicator);
    to.received(now, t.rank(c, sender), c, static_cast<int>(tag), static_cast<index_t>(bytes));
  });
}

OTF2_CallbackCode on_ireceive(OTF2_LocationRef l, OTF2_TimeStamp time, uint64_t at, void* data,
                              OTF2_AttributeList* list, uint32_t sender, OTF2_CommRef communicator,
                              uint32_t tag, uint64_t bytes, uint64_t) {
  return on_receive(l, time, at, data, list, sender, communicator, tag, bytes);
}

OTF2_CallbackCode on_collective_begin(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data,
                                      OTF2_AttributeList*) {
  return teller(data).pass(time, [](archive_events& to, index_t now) { to.collective_begun(now); });
}

collective_flow flow_of(OTF2_CollectiveOp operation) {
  switch (operation) {
    case OTF2_COLLECTIVE_OP_BCAST:
    case OTF2_COLLECTIVE_OP_SCATTER:
    case OTF2_COLLECTIVE_OP_SCATTERV:
      return collective_flow::from_root;
    case OTF2_COLLECTIVE_OP_GATHER:
    case OTF2_COLLECTIVE_OP_GATHERV:
    case OTF2_COLLECTIVE_OP_REDUCE:
      return collective_flow::to_root;
    case OTF2_COLLECTIVE_OP_BARRIER:
    case OTF2_COLLECTIVE_OP_ALLGATHER:
    case OTF2_COLLECTIVE_OP_ALLGATHERV:
    case OTF2_COLLECTIVE_OP_ALLTOALL:
    case OTF2_COLLECTIVE_OP_ALLTOALLV:
    case OTF2_COLLECTIVE_OP_ALLTOALLW:
    case OTF2_COLLECTIVE_OP_ALLREDUCE:
    case OTF2_COLLECTIVE_OP_REDUCE_SCATTER:
    case OTF2_COLLECTIVE_OP_REDUCE_SCATTER_BLOCK:
      return collective_flow::all;
    default:
      return collective_flow::other;
  }
}

OTF2_CallbackCode end_collective(void* data, OTF2_TimeStamp time, OTF2_CollectiveOp operation,
                                 OTF2_CommRef communicator, uint32_t root, uint64_t sent, uint64_t received,
                                 bool blocking) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) {
    int const c = t.communicator(communicator);
    to.collective_ended(now, flow_of(operation), c, t.rank(c, root), static_cast<index_t>(sent),
                        static_cast<index_t>(received), blocking);
  });
}

OTF2_CallbackCode on_collective_end(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data,
                                    OTF2_AttributeList*, OTF2_CollectiveOp operation, OTF2_CommRef communicator,
                                    uint32_t root, uint64_t sent, uint64_t received) {
  return end_collective(data, time, operation, communicator, root, sent, received, true);
}

OTF2_CallbackCode on_icollective_end(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data,
                                     OTF2_AttributeList*, OTF2_CollectiveOp operation,
                                     OTF2_CommRef communicator, uint32_t root, uint64_t sent, uint64_t received,
                                     uint64_t) {
  return end_collective(data, time, operation, communicator, root, sent, received, false);
}

void set_signed(archive_attribute& a, std::int64_t value) {
  if (value < 0) a.kind = archive_attribute::kind_of::negative;
  a.whole = value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

double number(OTF2_Type type, OTF2_MetricValue value) {
  switch (type) {
    case OTF2_TYPE_DOUBLE:
    case OTF2_TYPE_FLOAT:
      return value.floating_point;
    case OTF2_TYPE_UINT8:
    case OTF2_TYPE_UINT16:
    case OTF2_TYPE_UINT32:
    case OTF2_TYPE_UINT64:
      return static_cast<double>(value.unsigned_int);
    default:
      return static_cast<double>(value.signed_int);
  }
}

OTF2_CallbackCode on_metric(OTF2_LocationRef, OTF2_TimeStamp time, uint64_t, void* data, OTF2_AttributeList*,
                            OTF2_MetricRef metric, uint8_t count, OTF2_Type const* types,
                            OTF2_MetricValue const* values) {
  event_teller& t = teller(data);
  return t.pass(time, [&](archive_events& to, index_t now) {
    std::vector<int> const* const places = t.metrics(metric);
    for (std::size_t i = 0; places && i < count && i < places->size(); ++i)
      to.measured(now, (*places)[i], number(types[i], values[i]) * t.scale((*places)[i]));
  });
}

}  // namespace

archive_events::attributes event_teller::said(OTF2_AttributeList* list) {
  using kind_of = archive_attribute::kind_of;
  attributes_.clear();
  std::uint32_t const count = OTF2_AttributeList_GetNumberOfElements(list);
  for (std::uint32_t i = 0; i < count; ++i) {
    OTF2_AttributeRef name = 0;
    OTF2_Type type = OTF2_TYPE_NONE;
    OTF2_AttributeValue value{};
    if (OTF2_AttributeList_GetAttributeByIndex(list, i, &name, &type, &value) != OTF2_SUCCESS) continue;
    int const known = numbers_.attributes.find(name);
    if (known < 0) continue;
    archive_attribute a{known, kind_of::whole, 0, 0};
    switch (type) {
      case OTF2_TYPE_STRING: {
        int const text = numbers_.texts.find(value.stringRef);
        if (text < 0) continue;
        a.kind = kind_of::text;
        a.whole = static_cast<std::uint64_t>(text);
        break;
      }
      case OTF2_TYPE_DOUBLE:
        a.kind = kind_of::real;
        a.real = value.float64;
        break;
      case OTF2_TYPE_FLOAT:
        a.kind = kind_of::real;
        a.real = value.float32;
        break;
      case OTF2_TYPE_UINT64:
        a.whole = value.uint64;
        break;
      case OTF2_TYPE_UINT32:
        a.whole = value.uint32;
        break;
      case OTF2_TYPE_UINT16:
        a.whole = value.uint16;
        break;
      case OTF2_TYPE_UINT8:
        a.whole = value.uint8;
        break;
      case OTF2_TYPE_INT64:
        set_signed(a, value.int64);
        break;
      case OTF2_TYPE_INT32:
        set_signed(a, value.int32);
        break;
      case OTF2_TYPE_INT16:
        set_signed(a, value.int16);
        break;
      case OTF2_TYPE_INT8:
        set_signed(a, value.int8);
        break;
      default:
        continue;
    }
    attributes_.push_back(a);
  }
  return attributes_;
}

int event_teller::region(OTF2_RegionRef number) const {
  int const known = numbers_.regions.find(number);
  if (known < 0)
    throw io_error("the archive is damaged: an event names a region that was not defined", std::string());
  return known;
}

int event_teller::communicator(OTF2_CommRef number) const { return numbers_.communicators.find(number); }

int event_teller::rank(int communicator, std::uint32_t of_it) const {
  if (communicator < 0) return -1;
  std::vector<int> const& ranks = known_.communicators[static_cast<std::size_t>(communicator)];
  return of_it < ranks.size() ? ranks[of_it] : -1;
}

std::vector<int> const* event_teller::metrics(OTF2_MetricRef number) const {
  auto const known = numbers_.metrics.find(number);
  return known == numbers_.metrics.end() ? nullptr : &known->second;
}

std::unique_ptr<OTF2_EvtReaderCallbacks, callbacks_deleter> event_callbacks() {
  std::unique_ptr<OTF2_EvtReaderCallbacks, callbacks_deleter> callbacks(OTF2_EvtReaderCallbacks_New());
  OTF2_EvtReaderCallbacks* const c = callbacks.get();
  OTF2_EvtReaderCallbacks_SetEnterCallback(c, &on_enter);
  OTF2_EvtReaderCallbacks_SetLeaveCallback(c, &on_leave);
  OTF2_EvtReaderCallbacks_SetMpiSendCallback(c, &on_send);
  OTF2_EvtReaderCallbacks_SetMpiIsendCallback(c, &on_isend);
  OTF2_EvtReaderCallbacks_SetMpiRecvCallback(c, &on_receive);
  OTF2_EvtReaderCallbacks_SetMpiIrecvCallback(c, &on_ireceive);
  OTF2_EvtReaderCallbacks_SetMpiCollectiveBeginCallback(c, &on_collective_begin);
  OTF2_EvtReaderCallbacks_SetMpiCollectiveEndCallback(c, &on_collective_end);
  OTF2_EvtReaderCallbacks_SetNonBlockingCollectiveCompleteCallback(c, &on_icollective_end);
  OTF2_EvtReaderCallbacks_SetMetricCallback(c, &on_metric);
  return callbacks;
}

}  // namespace pantile::trace::detail
#endif
