#include "formats/tree.h"
