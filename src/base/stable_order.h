// Sorting that keeps the order of equals. std::stable_sort takes its buffer from std::get_temporary_buffer, which
// libstdc++ 12 still calls and clang 19 warns of as deprecated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace drydock {

// O(n log n); `less` as for std::sort.
template <class T, class Less>
void sort_stably(std::vector<T>& items, Less less) {
  std::vector<std::pair<uint32_t, T>> numbered;
  numbered.reserve(items.size());
  for (T& item : items) numbered.emplace_back(static_cast<uint32_t>(numbered.size()), std::move(item));
  std::sort(numbered.begin(), numbered.end(), [&](const auto& a, const auto& b) {
    if (less(a.second, b.second)) return true;
    return !less(b.second, a.second) && a.first < b.first;
  });
  items.clear();
  for (auto& [number, item] : numbered) items.push_back(std::move(item));
}

}  // namespace drydock
