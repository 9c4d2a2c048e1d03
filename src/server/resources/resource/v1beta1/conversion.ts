import type * as v1 from "#api/resource/v1.ts";
import type * as v1beta1 from "#api/resource/v1beta1.ts";
import type { Layout } from "../../served-as.ts";

/**
 * Between v1beta1's layout and that of v1: requests, which have there what is asked for by their
 * name's side, and devices, which have all but their name in a field of its own. What else is in
 * an object stays as it is. Objects may lack anything: they are converted before they are checked.
 */

type Partially<T> = { [K in keyof T]?: T[K] };
type Request = Partially<v1.DeviceRequest>;
type FlatRequest = Partially<v1beta1.DeviceRequest>;
type Device = Partially<v1.Device>;
type BoxedDevice = Partially<v1beta1.Device>;

interface Claim<R> {
  readonly devices?: { readonly requests?: readonly R[] };
}
interface ClaimHolder<R> {
  readonly spec?: Claim<R>;
}
interface TemplateHolder<R> {
  readonly spec?: { readonly spec?: Claim<R> };
}
interface SliceHolder<D> {
  readonly spec?: {
    readonly devices?: readonly D[];
    readonly nodeName?: string;
    readonly allNodes?: boolean;
  };
}

export const claims: Layout = {
  toStored: ({ spec, ...rest }: ClaimHolder<FlatRequest>) => ({
    ...rest,
    ...(spec && { spec: convertClaim(spec, nestRequest) }),
  }),
  fromStored: ({ spec, ...rest }: ClaimHolder<Request>) => ({
    ...rest,
    ...(spec && { spec: convertClaim(spec, flattenRequest) }),
  }),
};

export const templates: Layout = {
  toStored: ({ spec, ...rest }: TemplateHolder<FlatRequest>) => ({
    ...rest,
    ...(spec && {
      spec: { ...spec, ...(spec.spec && { spec: convertClaim(spec.spec, nestRequest) }) },
    }),
  }),
  fromStored: ({ spec, ...rest }: TemplateHolder<Request>) => ({
    ...rest,
    ...(spec && {
      spec: { ...spec, ...(spec.spec && { spec: convertClaim(spec.spec, flattenRequest) }) },
    }),
  }),
};

export const slices: Layout = {
  toStored: (object: SliceHolder<BoxedDevice>) => convertSlice(object, unboxDevice),
  fromStored: (object: SliceHolder<Device>) => withoutZeros(convertSlice(object, boxDevice)),
};

function convertClaim<R>(claim: Claim<R>, convert: (request: R) => object): object {
  const { devices } = claim;
  if (!devices?.requests) return claim;
  return { ...claim, devices: { ...devices, requests: devices.requests.map(convert) } };
}

function convertSlice<D, R>(slice: SliceHolder<D>, convert: (device: D) => R): SliceHolder<R> {
  const { spec, ...rest } = slice;
  if (!spec) return rest;
  const { devices, ...others } = spec;
  return { ...rest, spec: { ...others, ...(devices && { devices: devices.map(convert) }) } };
}

/** No name and no are the same as none to v1beta1. */
function withoutZeros({ spec, ...rest }: SliceHolder<object>): object {
  if (!spec) return rest;
  const { allNodes, nodeName, ...others } = spec;
  return {
    ...rest,
    spec: { ...others, ...(allNodes && { allNodes }), ...(nodeName && { nodeName }) },
  };
}

function nestRequest(request: FlatRequest): object {
  const { firstAvailable, name, ...asked } = request;
  const exactly = Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined && value !== ""),
  );
  return {
    ...(name !== undefined && { name }),
    ...(Object.keys(exactly).length && { exactly: { deviceClassName: "", ...exactly } }),
    ...(firstAvailable && { firstAvailable }),
  };
}

function flattenRequest({ exactly, ...rest }: Request): object {
  // The field is there whether or not it says something.
  return { deviceClassName: "", ...rest, ...exactly };
}

function unboxDevice({ basic, ...rest }: BoxedDevice): object {
  return { ...rest, ...basic };
}

function boxDevice({ name, ...basic }: Device): object {
  return { ...(name !== undefined && { name }), basic };
}
