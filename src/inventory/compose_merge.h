// How two definitions of one thing become one: 13-merge.md of the Compose specification, and override/merge.go of
// compose-go where the specification is silent (null keeps the base; `env_file` and `dns` become lists first).
//
// Sequences are appended here; that ports, mounts and the like are unique by target is seen to when a service is made
// from the merged value (compose_service.cc), where the later entry takes the place of the earlier.
#pragma once

#include "inventory/compose_value.h"

namespace drydock::compose {

// Two whole models: {services: ..., networks: ..., ...}. Neither is null.
const Value* merge_models(const Value* base, const Value* over, Work& work);

// Two services, as `extends` needs it.
const Value* merge_services(const Value* base, const Value* over, Work& work);

// Attributes that may be a list of "KEY=value" or a mapping, as a mapping in written order whose keys may repeat. A
// name alone (`- DEBUG`, or `DEBUG:`) has a null value.
const Value* as_pairs(const Value* value, Work& work);
// Attributes that may be a list of names or a mapping by name (depends_on, networks), as a mapping.
const Value* as_names(const Value* value, Work& work);
// Attributes that may be a scalar or a list (env_file, dns, tmpfs), as a list.
const Value* as_list(const Value* value, Work& work);

// The span of the text behind the first `separator` of a scalar, so that a finding about BAR in `- "FOO=BAR"` points at
// BAR. The whole scalar where the source spells it with escapes.
Span span_behind(const Value& value, size_t offset);

}  // namespace drydock::compose
