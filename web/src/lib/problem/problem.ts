import { Code, ConnectError } from '@connectrpc/connect';
import type { Message } from '~/lib/i18n/messages';
import { readBadRequest, readErrorInfo, readRetryDelay } from './details';
import { codeTexts, reasonTexts } from './reasons';

/** A field of the request that the server refused, in the words of the server. */
export interface FieldError {
  /** Path in the request, for example "event.title". */
  field: string;
  /** In English, from the server: the last resort of a form that has no words of its own for `reason`. */
  description: string;
  reason: string;
}

/** What went wrong, ready to be shown. Decide on `reason`, never on a text. */
export interface Problem {
  /** ErrorInfo.reason, or "" when the server gave none (a proxy's answer, a broken connection). */
  reason: string;
  code: Code;
  title: Message;
  fieldErrors: FieldError[];
  /** Milliseconds to wait before trying again; undefined when the server named none. */
  retryAfter: number | undefined;
  metadata: Record<string, string>;
  /** Whether trying the same again may work: show a retry button. */
  transient: boolean;
}

const titleByCode: Readonly<Record<Code, Message>> = {
  [Code.Canceled]: codeTexts.canceled,
  [Code.Unknown]: codeTexts.unknown,
  [Code.InvalidArgument]: codeTexts.invalid,
  [Code.DeadlineExceeded]: codeTexts.deadline,
  [Code.NotFound]: codeTexts.notFound,
  [Code.AlreadyExists]: codeTexts.exists,
  [Code.PermissionDenied]: codeTexts.denied,
  [Code.ResourceExhausted]: codeTexts.exhausted,
  [Code.FailedPrecondition]: codeTexts.precondition,
  [Code.Aborted]: codeTexts.aborted,
  [Code.OutOfRange]: codeTexts.invalid,
  [Code.Unimplemented]: codeTexts.unimplemented,
  [Code.Internal]: codeTexts.unknown,
  [Code.Unavailable]: codeTexts.unavailable,
  [Code.DataLoss]: codeTexts.unknown,
  [Code.Unauthenticated]: codeTexts.unauthenticated,
};

const transientCodes: ReadonlySet<Code> = new Set([
  Code.Unknown,
  Code.DeadlineExceeded,
  Code.Internal,
  Code.Unavailable,
  Code.ResourceExhausted,
]);

/** The text for a reason, from the catalogue; for a reason that it lacks, the text for the code. */
export function titleOf(reason: string, code: Code): Message {
  const texts: Readonly<Record<string, Message>> = reasonTexts;
  return texts[reason] ?? titleByCode[code];
}

/** Whether the code alone says that trying again may help. */
export function isTransient(code: Code): boolean {
  return transientCodes.has(code);
}

/** Reads what the server said out of anything that was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const cause = ConnectError.from(error);
  const problem: Problem = {
    reason: '',
    code: cause.code,
    title: titleByCode[cause.code],
    fieldErrors: [],
    retryAfter: undefined,
    metadata: {},
    transient: isTransient(cause.code),
  };
  for (const detail of cause.details) {
    if (!('type' in detail)) continue;
    if (detail.type === 'google.rpc.ErrorInfo') {
      const info = readErrorInfo(detail.value);
      problem.reason = info.reason;
      problem.metadata = info.metadata;
      problem.title = titleOf(info.reason, cause.code);
    } else if (detail.type === 'google.rpc.BadRequest') {
      problem.fieldErrors = readBadRequest(detail.value);
    } else if (detail.type === 'google.rpc.RetryInfo') {
      problem.retryAfter = readRetryDelay(detail.value);
    }
  }
  return problem;
}

/** A problem that did not come over gRPC: from the session's HTTP routes, or found by the app itself. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.reason || Code[problem.code]);
    this.name = 'ProblemError';
  }
}
