// Arena: memory for one file's tree or one unit of work, freed all at once. ArenaList: a list that grows in an
// Arena and is read as a span. Not thread-safe: one arena, one thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace drydock {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  Arena(const Arena&) = delete;  // views point into the chunks, and a copy would not own them
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Uninitialised bytes; `align` is a power of two not above alignof(std::max_align_t).
  void* allocate(size_t size, size_t align);

  // Destructors are never run, so only trivially destructible types may live here.
  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  std::string_view copy(std::string_view text);
  // The pieces joined, in the arena.
  std::string_view join(std::string_view a, std::string_view b, std::string_view c = {}, std::string_view d = {});

  template <class T>
  std::span<T> copy_span(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    T* to = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(to), items.data(), items.size_bytes());
    return {to, items.size()};
  }

  size_t allocated() const { return allocated_; }  // bytes handed out, for budgets

 private:
  struct Chunk {
    Chunk* previous;
  };
  Chunk* chunks_ = nullptr;
  std::byte* free_ = nullptr;
  std::byte* end_ = nullptr;
  size_t allocated_ = 0;
};

// Amortised O(1) push; growth leaves the old array behind in the arena (at most 1x the final size).
template <class T>
class ArenaList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ArenaList(Arena& arena) : arena_(&arena) {}

  T& push(const T& value) {
    if (size_ == capacity_) grow();
    return *new (&items_[size_++]) T(value);
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return items_[i]; }
  T& back() { return items_[size_ - 1]; }
  void pop() { --size_; }
  std::span<T> span() const { return {items_, size_}; }

 private:
  void grow() {
    size_t capacity = capacity_ ? capacity_ * 2 : 4;
    T* items = static_cast<T*>(arena_->allocate(capacity * sizeof(T), alignof(T)));
    if (size_) std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(T));
    items_ = items;
    capacity_ = capacity;
  }
  Arena* arena_;
  T* items_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace drydock
