import { BinaryReader } from '@bufbuild/protobuf/wire';

/**
 * Readers of the google.rpc messages that errors carry (google/rpc/error_details.proto). Written out by hand because
 * the four of them are 40 lines here, where generated descriptors would weigh on every public page.
 */
export interface ErrorInfo {
  /** UPPER_SNAKE_CASE; what the app decides on. */
  reason: string;
  /** "<service>.plenary" */
  domain: string;
  metadata: Record<string, string>;
}

export interface FieldViolation {
  /** Path in the request, for example "event.title" or "sessions[2].start_time". */
  field: string;
  description: string;
  reason: string;
}

function readFields(
  bytes: Uint8Array,
  onField: (field: number, reader: BinaryReader) => boolean,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!onField(field, reader)) reader.skip(wireType);
  }
}

export function readErrorInfo(bytes: Uint8Array): ErrorInfo {
  const info: ErrorInfo = { reason: '', domain: '', metadata: {} };
  readFields(bytes, (field, reader) => {
    if (field === 1) info.reason = reader.string();
    else if (field === 2) info.domain = reader.string();
    else if (field === 3) {
      let key = '';
      let value = '';
      readFields(reader.bytes(), (part, entry) => {
        if (part === 1) key = entry.string();
        else if (part === 2) value = entry.string();
        else return false;
        return true;
      });
      info.metadata[key] = value;
    } else return false;
    return true;
  });
  return info;
}

function readViolation(bytes: Uint8Array): FieldViolation {
  const violation: FieldViolation = { field: '', description: '', reason: '' };
  readFields(bytes, (field, reader) => {
    if (field === 1) violation.field = reader.string();
    else if (field === 2) violation.description = reader.string();
    else if (field === 3) violation.reason = reader.string();
    else return false;
    return true;
  });
  return violation;
}

/** google.rpc.BadRequest */
export function readBadRequest(bytes: Uint8Array): FieldViolation[] {
  const violations: FieldViolation[] = [];
  readFields(bytes, (field, reader) => {
    if (field !== 1) return false;
    violations.push(readViolation(reader.bytes()));
    return true;
  });
  return violations;
}

/** google.rpc.RetryInfo, as milliseconds. */
export function readRetryDelay(bytes: Uint8Array): number {
  let delay_ms = 0;
  readFields(bytes, (field, reader) => {
    if (field !== 1) return false;
    readFields(reader.bytes(), (part, duration) => {
      if (part === 1) delay_ms += Number(duration.int64()) * 1000;
      else if (part === 2) delay_ms += duration.int32() / 1_000_000;
      else return false;
      return true;
    });
    return true;
  });
  return delay_ms;
}
