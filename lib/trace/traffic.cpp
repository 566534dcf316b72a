#include <pantile/trace/traffic.hpp>

namespace pantile {

traffic traffic::operator-(traffic const& earlier) const noexcept {
  return {bytes_sent - earlier.bytes_sent, bytes_received - earlier.bytes_received,
          messages_sent - earlier.messages_sent, messages_received - earlier.messages_received};
}

traffic& traffic::operator+=(traffic const& more) noexcept {
  bytes_sent += more.bytes_sent;
  bytes_received += more.bytes_received;
  messages_sent += more.messages_sent;
  messages_received += more.messages_received;
  return *this;
}

}  // namespace pantile
