// cli/otlp_decode.js: reads OTLP/JSON by the OpenTelemetry project's own types and writes what they
// understood, for test_otlp.py to compare: a field that they do not know is gone from it.
//
//   node otlp_decode.js FOLDER < REQUESTS
//
// FOLDER holds node_modules with @opentelemetry/otlp-transformer 0.57.2.
const path = require("path");
const root = require(path.join(process.argv[2], "node_modules/@opentelemetry/otlp-transformer",
                               "build/src/generated/root.js"));
const collector = root.opentelemetry.proto.collector;
const ids = new Set(["traceId", "spanId", "parentSpanId"]);

// In OTLP's JSON ids are hex; protobufjs, as protobuf's JSON itself, takes bytes for base64.
function recode(value, from, to) {
  if (Array.isArray(value)) return value.map((item) => recode(item, from, to));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [
    key, ids.has(key) ? Buffer.from(item, from).toString(to) : recode(item, from, to)]));
}

for (const line of require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const request = JSON.parse(line);
  const type = request.resourceSpans ? collector.trace.v1.ExportTraceServiceRequest
                                     : collector.metrics.v1.ExportMetricsServiceRequest;
  const message = type.fromObject(recode(request, "hex", "base64"));
  const decoded = type.decode(type.encode(message).finish()); // through the wire format
  const object = type.toObject(decoded, {longs: String, bytes: String, enums: Number});
  console.log(JSON.stringify(recode(object, "base64", "hex")));
}
