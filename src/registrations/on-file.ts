import { z } from "zod";
import type { Query, Turn } from "../domain/capabilities.js";
import { CertificateAnswer } from "../domain/answers.js";
import type { Call } from "../domain/call.js";
import { addDays, localDate } from "../domain/dates.js";
import { leastStars, recognisedUntil } from "../domain/eligibility.js";
import { asJson, type Json } from "../domain/json.js";
import { ownersOf } from "../domain/person.js";
import { productId, Recognition, type Product } from "../domain/product.js";
import type { Tx } from "../domain/ports.js";
import type { ProductStore, RegistrationStore } from "../domain/registration-ports.js";
import type { Registration } from "../domain/registration.js";
import { words, type Shown } from "../domain/shown.js";

export interface OnFileDeps {
  store: Pick<RegistrationStore, "ofOwner" | "byCode">;
  products: ProductStore;
  form(ref: { code: string; revision: number }): Call | undefined;
}

const CallRef = z.looseObject({ code: z.string(), revision: z.number() });

/** What an owner's file holds already, so that it is shown and not asked again (UX, principle 3). */
export function onFileQueries({ store, products, form }: OnFileDeps): Query[] {
  /** The owner asked for, when the person acts for it. */
  function ownOf(args: Record<string, unknown>, turn: Turn): string | null {
    const wanted = args["ownerId"];
    return typeof wanted === "string" && ownersOf(turn.contact, turn.now).some(({ ownerId }) => ownerId === wanted) ? wanted : null;
  }

  /** Recognised through the call's last day, and not registered for it yet. */
  async function recognised(args: Record<string, unknown>, turn: Turn): Promise<Product[]> {
    const ownerId = ownOf(args, turn);
    const ref = CallRef.safeParse(args["call"]);
    const call = ref.success ? form(ref.data) : undefined;
    if (ownerId === null || call === undefined) return [];
    const there = await products.ofOwner(turn.tx, ownerId);
    if (there.length === 0) return [];
    const sent = (await store.ofOwner(turn.tx, ownerId)).filter((each) => each.call.code === call.code && each.state !== "withdrawn");
    const lastOn = addDays(call.closesBefore, -1);
    return there.filter(({ recognition, folded }) => recognition !== undefined && recognition.stars >= leastStars && recognisedUntil(recognition.decisionOn) >= lastOn && !sent.some(({ product }) => product.folded === folded));
  }

  async function lastSent(args: Record<string, unknown>, turn: Turn): Promise<Registration | null> {
    const ownerId = ownOf(args, turn);
    return ownerId === null ? null : ((await store.ofOwner(turn.tx, ownerId)).findLast((each) => each.state !== "withdrawn") ?? null);
  }

  return [
    { name: "registrations.on_file", run: async (args, turn) => ({ count: (await recognised(args, turn)).length }) },
    {
      name: "registrations.products",
      async run(args, turn) {
        const found = await recognised(args, turn);
        return asJson([
          ...found.map(({ _id, name, recognition }) => ({
            value: _id,
            label: words("register.product_on_file", { product: name, stars: recognition?.stars ?? 0, until: { show: "date", on: recognisedUntil(recognition?.decisionOn ?? localDate(turn.now)) } }),
            also: [name],
          })),
          { value: "@new", label: words("register.another_product") },
        ]);
      },
    },
    {
      name: "registrations.product",
      async run(args, turn) {
        const ownerId = ownOf(args, turn);
        const found = ownerId === null ? undefined : (await products.ofOwner(turn.tx, ownerId)).find(({ _id }) => _id === args["product"]);
        if (found === undefined) return {};
        return asJson({ productName: found.name, ...(found.productSet === undefined ? {} : { productSet: found.productSet }), ...(found.recognition === undefined ? {} : { decision: found.recognition }) });
      },
    },
    {
      name: "registrations.reusable",
      async run(args, turn) {
        const ref = CallRef.safeParse(args["call"]);
        const call = ref.success ? form(ref.data) : undefined;
        const asks = (id: string): boolean => call?.fields.some((field) => field.id === id) ?? false;
        const last = await lastSent(args, turn);
        const papers = last === null || !asks("certificates") ? [] : inForce(last, localDate(turn.now));
        if (last === null || papers.length === 0 || !asks("material") || typeof last.answers["material"] !== "string") return { from: null };
        const names: Shown = words("register.paper", { kind: { show: "list", of: papers.map(({ kind }): Shown => ({ show: "words", key: `certificate_kind.${kind}` })) } });
        return asJson({ from: last.code, product: last.product.name, papers: words("register.reuse_papers_and_material", { papers: names }) });
      },
    },
    {
      name: "registrations.reused",
      async run(args, turn): Promise<Json> {
        const from = typeof args["from"] === "string" ? await store.byCode(turn.tx, args["from"]) : null;
        if (from === null || !ownersOf(turn.contact, turn.now).some(({ ownerId }) => ownerId === from.ownerId)) return {};
        return asJson({ certificates: inForce(from, localDate(turn.now)), ...(args["what"] === "all" ? { material: from.answers["material"] } : {}) });
      },
    },
  ];
}

/** Keeps what a registration tells of its product, so that a next one need not ask for it again. */
export function keepProduct(products: Pick<ProductStore, "save">, tx: Tx, { ownerId, product, answers }: Pick<Registration, "ownerId" | "product" | "answers">, now: Date): void {
  const recognition = Recognition.safeParse(answers["decision"]);
  const { productSet } = answers;
  products.save(tx, {
    _id: productId(ownerId, product.folded),
    ownerId,
    ...product,
    ...(typeof productSet === "string" ? { productSet } : {}),
    ...(recognition.success ? { recognition: recognition.data } : {}),
    updatedAt: now,
  });
}

/** Certificates with files that have not expired. */
function inForce(registration: Registration, today: string): CertificateAnswer[] {
  const parsed = CertificateAnswer.array().safeParse(registration.answers["certificates"]);
  return parsed.success ? parsed.data.filter(({ expiresOn, fileIds }) => fileIds.length > 0 && (expiresOn === undefined || expiresOn >= today)) : [];
}
