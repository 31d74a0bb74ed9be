// SPDX-License-Identifier: GPL-2.0
/* t_engine_gen.c - the generator of tests/gen as one program; see gen.c for its options. */
#include "../gen/emit.c"
#include "../gen/faults.c"
#include "../gen/sim.c"
#include "../gen/gen.c"
