import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** A `bytea` column ↔ Uint8Array. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});

/** An `int8` column ↔ bigint: money in minor units, counters, log positions. */
export const minor = (name: string) => bigint(name, { mode: 'bigint' });

/** A `timestamptz` column ↔ Date. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
