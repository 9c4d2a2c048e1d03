// The messages of etcd's v3 API, as far as the store speaks it. Keys are text here: ours are.
import { bool, int64, list, object, octets, string, uint64 } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";

abstract class ResponseHeader extends message("etcdserverpb.ResponseHeader", {
  revision: int64(3).assigned(),
}) {}

export abstract class KeyValue extends message("mvccpb.KeyValue", {
  key: string(1).assigned(),
  createRevision: int64(2).assigned(),
  modRevision: int64(3).assigned(),
  value: octets(5).assigned(),
}) {}

abstract class RangeRequest extends message("etcdserverpb.RangeRequest", {
  key: string(1),
  /** Exclusive; "\0" is behind all keys; just `key` when missing. */
  rangeEnd: string(2).optional(),
  limit: int64(3).optional(),
  revision: int64(4).optional(),
  countOnly: bool(9).optional(),
}) {}

abstract class RangeResponse extends message("etcdserverpb.RangeResponse", {
  header: object(1, () => ResponseHeader),
  kvs: list(2, () => KeyValue).assigned(),
  more: bool(3).assigned(),
  /** Of all keys in the range, whatever the limit. */
  count: int64(4).assigned(),
}) {}

abstract class PutRequest extends message("etcdserverpb.PutRequest", {
  key: string(1),
  value: octets(2),
  lease: int64(3).optional(),
  prevKv: bool(4).optional(),
}) {}

abstract class PutResponse extends message("etcdserverpb.PutResponse", {
  prevKv: object(2, () => KeyValue).optional(),
}) {}

abstract class DeleteRangeRequest extends message("etcdserverpb.DeleteRangeRequest", {
  key: string(1),
  prevKv: bool(3).optional(),
}) {}

abstract class DeleteRangeResponse extends message("etcdserverpb.DeleteRangeResponse", {
  deleted: int64(2).assigned(),
  prevKvs: list(3, () => KeyValue).assigned(),
}) {}

abstract class RequestOp extends message("etcdserverpb.RequestOp", {
  range: object(1, () => RangeRequest).optional(),
  put: object(2, () => PutRequest).optional(),
  deleteRange: object(3, () => DeleteRangeRequest).optional(),
}) {}

abstract class ResponseOp extends message("etcdserverpb.ResponseOp", {
  range: object(1, () => RangeResponse).optional(),
  put: object(2, () => PutResponse).optional(),
  deleteRange: object(3, () => DeleteRangeResponse).optional(),
}) {}

/** Values of Compare's target; its result is left at 0, which is "equal". */
export const compareTarget = { modRevision: 2 } as const;

abstract class Compare extends message("etcdserverpb.Compare", {
  target: int64(2),
  key: string(3),
  modRevision: int64(6),
}) {}

export abstract class TxnRequest extends message("etcdserverpb.TxnRequest", {
  compare: list(1, () => Compare),
  success: list(2, () => RequestOp),
  failure: list(3, () => RequestOp),
}) {}

export abstract class TxnResponse extends message("etcdserverpb.TxnResponse", {
  header: object(1, () => ResponseHeader),
  succeeded: bool(2).assigned(),
  responses: list(3, () => ResponseOp).assigned(),
}) {}

abstract class CompactionRequest extends message("etcdserverpb.CompactionRequest", {
  revision: int64(1),
}) {}

abstract class CompactionResponse extends message("etcdserverpb.CompactionResponse", {
  header: object(1, () => ResponseHeader),
}) {}

abstract class LeaseGrantRequest extends message("etcdserverpb.LeaseGrantRequest", {
  ttl: int64(1),
  /** Chosen by us: etcd's own are too large for a number. */
  id: int64(2),
}) {}

abstract class LeaseGrantResponse extends message("etcdserverpb.LeaseGrantResponse", {
  ttl: int64(3).assigned(),
}) {}

abstract class LeaseRevokeRequest extends message("etcdserverpb.LeaseRevokeRequest", {
  id: int64(1),
}) {}

abstract class LeaseRevokeResponse extends message("etcdserverpb.LeaseRevokeResponse", {}) {}

abstract class StatusRequest extends message("etcdserverpb.StatusRequest", {}) {}

abstract class StatusResponse extends message("etcdserverpb.StatusResponse", {
  header: object(1, () => ResponseHeader),
  version: string(2).assigned(),
  leader: uint64(4).assigned(),
}) {}

abstract class WatchCreateRequest extends message("etcdserverpb.WatchCreateRequest", {
  key: string(1),
  rangeEnd: string(2).optional(),
  startRevision: int64(3),
  prevKv: bool(6),
}) {}

export abstract class WatchRequest extends message("etcdserverpb.WatchRequest", {
  createRequest: object(1, () => WatchCreateRequest),
}) {}

/** Values of Event's type. */
export const eventType = { put: 0, delete: 1 } as const;

export abstract class WatchEvent extends message("mvccpb.Event", {
  type: int64(1).assigned(),
  kv: object(2, () => KeyValue),
  prevKv: object(3, () => KeyValue).optional(),
}) {}

export abstract class WatchResponse extends message("etcdserverpb.WatchResponse", {
  header: object(1, () => ResponseHeader),
  created: bool(3).assigned(),
  canceled: bool(4).assigned(),
  /** Set when the watch begins in what is compacted. */
  compactRevision: int64(5).assigned(),
  cancelReason: string(6).assigned(),
  events: list(11, () => WatchEvent).assigned(),
}) {}

interface Call<Q extends MessageType, R extends MessageType> {
  readonly path: string;
  readonly request: Q;
  readonly response: R;
}

const call = <Q extends MessageType, R extends MessageType>(
  path: string,
  request: Q,
  response: R,
): Call<Q, R> => ({ path: `/etcdserverpb.${path}`, request, response });

export type { Call };

export const calls = {
  range: call("KV/Range", RangeRequest, RangeResponse),
  txn: call("KV/Txn", TxnRequest, TxnResponse),
  compact: call("KV/Compact", CompactionRequest, CompactionResponse),
  leaseGrant: call("Lease/LeaseGrant", LeaseGrantRequest, LeaseGrantResponse),
  leaseRevoke: call("Lease/LeaseRevoke", LeaseRevokeRequest, LeaseRevokeResponse),
  status: call("Maintenance/Status", StatusRequest, StatusResponse),
} as const;

export const watchPath = "/etcdserverpb.Watch/Watch";
