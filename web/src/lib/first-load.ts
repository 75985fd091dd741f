import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toJsonString,
} from '@bufbuild/protobuf';

/**
 * Answers that the gateway put into the page, so that a public page needs no second round trip:
 *
 *     <script type="application/json" id="plenary-data">
 *       {"responses": [{"method": "plenary.events.v1.EventService/GetEvent", "request": {…}, "response": {…}}]}
 *     </script>
 *
 * `request` and `response` are proto3 JSON. A page asks by method and request and falls back to the network, so that
 * the gateway may leave any of it out.
 */
interface FirstLoad {
  responses: { method: string; request: JsonValue; response: JsonValue }[];
}

function readFirstLoad(): FirstLoad {
  const empty: FirstLoad = { responses: [] };
  try {
    const text = document.getElementById('plenary-data')?.textContent;
    return text ? { ...empty, ...JSON.parse(text) } : empty;
  } catch {
    return empty;
  }
}

let firstLoad: FirstLoad | undefined;

/** For `initialData` of a query: the answer in the page, or undefined. */
export function firstLoadOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): MessageShape<O> | undefined {
  firstLoad ??= readFirstLoad();
  const name = `${method.parent.typeName}/${method.name}`;
  const wanted = toJsonString(method.input, create(method.input, request));
  const options = { ignoreUnknownFields: true };
  for (const found of firstLoad.responses) {
    if (found.method !== name) continue;
    const asked = toJsonString(method.input, fromJson(method.input, found.request, options));
    if (asked === wanted) return fromJson(method.output, found.response, options);
  }
  return undefined;
}
