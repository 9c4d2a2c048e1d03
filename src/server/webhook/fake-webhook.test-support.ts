import { text, utf8 } from "#base/bytes.ts";
import type { ApiRequest, ApiResponse, Transport } from "#client/transport.ts";

/** Another server that answers reviews as the test says; undefined for one that is gone. */
export function fakeWebhook(
  answer: (review: Review) => { code: number; body?: unknown } | undefined,
) {
  const reviews: Review[] = [];
  const transport: Transport = {
    async send(request: ApiRequest): Promise<ApiResponse> {
      const { body } = request;
      if (body.kind !== "bytes") throw new Error("a review has a body");
      const review = JSON.parse(text(await body.read())) as Review;
      reviews.push(review);
      const answered = answer(review);
      if (!answered) throw new Error("connect ECONNREFUSED");
      const bytes = utf8(JSON.stringify(answered.body ?? {}));
      return {
        status: answered.code,
        headers: {},
        body: { kind: "bytes", contentType: "application/json", bytes },
      };
    },
  };
  return { reviews, transport };
}

export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}
