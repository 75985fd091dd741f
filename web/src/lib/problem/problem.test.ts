import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { ProblemError, toProblem } from './problem';
import { codeTexts, reasonTexts } from './reasons';

/** A message of string fields and of messages, written as the wire has it. */
function message(fields: [number, string | Uint8Array][]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [field, value] of fields) {
    writer.tag(field, 2);
    if (typeof value === 'string') writer.string(value);
    else writer.bytes(value);
  }
  return writer.finish();
}

function failure(code: Code, details: [string, Uint8Array][]): ConnectError {
  const error = new ConnectError('words that nobody decides on', code);
  error.details = details.map(([type, value]) => ({ type, value }));
  return error;
}

describe('toProblem', () => {
  it('takes reason, words and metadata from ErrorInfo', () => {
    const info = message([
      [1, 'SOLD_OUT'],
      [2, 'ticketing.plenary'],
      [
        3,
        message([
          [1, 'left'],
          [2, '0'],
        ]),
      ],
      [99, 'a field of tomorrow'],
    ]);
    const problem = toProblem(failure(Code.FailedPrecondition, [['google.rpc.ErrorInfo', info]]));
    expect(problem).toMatchObject({
      reason: 'SOLD_OUT',
      title: reasonTexts.SOLD_OUT,
      metadata: { left: '0' },
      transient: false,
    });
  });

  it('collects every field violation of BadRequest', () => {
    const details = message([
      [
        1,
        message([
          [1, 'event.title'],
          [2, 'is empty'],
          [3, 'REQUIRED'],
        ]),
      ],
      [
        1,
        message([
          [1, 'event.end_time'],
          [2, 'is before the start'],
        ]),
      ],
    ]);
    const { fieldErrors } = toProblem(
      failure(Code.InvalidArgument, [['google.rpc.BadRequest', details]]),
    );
    expect(fieldErrors).toEqual([
      { field: 'event.title', description: 'is empty', reason: 'REQUIRED' },
      { field: 'event.end_time', description: 'is before the start', reason: '' },
    ]);
  });

  it('reads how long to wait from RetryInfo', () => {
    const duration = new BinaryWriter().tag(1, 0).int64(3).tag(2, 0).int32(500_000_000).finish();
    const problem = toProblem(
      failure(Code.ResourceExhausted, [['google.rpc.RetryInfo', message([[1, duration]])]]),
    );
    expect(problem.retryAfter).toBe(3500);
    expect(problem.transient).toBe(true);
  });

  it('has words for a reason of tomorrow, by its code', () => {
    const info = message([[1, 'NEVER_HEARD_OF']]);
    const problem = toProblem(failure(Code.PermissionDenied, [['google.rpc.ErrorInfo', info]]));
    expect(problem).toMatchObject({ reason: 'NEVER_HEARD_OF', title: codeTexts.denied });
  });

  it('calls a broken connection what it is, and hands on what is a problem already', () => {
    expect(toProblem(new TypeError('Failed to fetch')).title).toBe(codeTexts.unknown);
    const problem = toProblem(new ConnectError('', Code.Unavailable));
    expect(toProblem(new ProblemError(problem))).toBe(problem);
  });
});
