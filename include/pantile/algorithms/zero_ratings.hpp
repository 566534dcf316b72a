#pragma once

namespace pantile {

/// Whether a stored rating of 0 is one.
enum class zero_ratings {
  ignored,  ///< no: 0 is no interest, as of implicit feedback
  counted,  ///< yes: 0 is the lowest of ratings, as of explicit feedback
};

}  // namespace pantile
