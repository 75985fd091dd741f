import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';

function errorInfo(reason: string, metadata: Record<string, string>): Uint8Array {
  const info = new BinaryWriter().tag(1, 2).string(reason).tag(2, 2).string('test.plenary');
  for (const [key, value] of Object.entries(metadata)) {
    info.tag(3, 2).bytes(new BinaryWriter().tag(1, 2).string(key).tag(2, 2).string(value).finish());
  }
  return info.finish();
}

/** A refusal as the services write them: google.rpc.ErrorInfo with a reason. */
export function refusal(
  code: Code,
  reason: string,
  metadata: Record<string, string> = {},
): ConnectError {
  const error = new ConnectError('refused', code);
  error.details = [{ type: 'google.rpc.ErrorInfo', value: errorInfo(reason, metadata) }];
  return error;
}

export const refused = (reason: string, metadata?: Record<string, string>) =>
  refusal(Code.FailedPrecondition, reason, metadata);

/** A request that was refused for its fields, with a reason for each: google.rpc.BadRequest. */
export function violated(reasons: Record<string, string>): ConnectError {
  const error = refusal(Code.InvalidArgument, 'FIELDS_INVALID');
  const request = new BinaryWriter();
  for (const [field, reason] of Object.entries(reasons)) {
    const violation = new BinaryWriter().tag(1, 2).string(field).tag(2, 2).string('is refused');
    request.tag(1, 2).bytes(violation.tag(3, 2).string(reason).finish());
  }
  error.details.push({ type: 'google.rpc.BadRequest', value: request.finish() });
  return error;
}
