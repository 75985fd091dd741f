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
