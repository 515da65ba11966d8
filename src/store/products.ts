import { Schema, type Connection } from "mongoose";
import { Product } from "../domain/product.js";
import type { ProductStore } from "../domain/registration-ports.js";
import { modelOf, queueUpdate, within, type CollectionIndexes } from "./connect.js";

const schema = new Schema<Product>({ _id: String, ownerId: String, name: String, folded: String, productSet: String, recognition: Schema.Types.Mixed, updatedAt: Date }, { strict: "throw", versionKey: false });

export const productIndexes: CollectionIndexes = { collection: "products", indexes: [{ key: { ownerId: 1, name: 1 } }] };

export function createProductStore(connection: Connection): ProductStore {
  const products = modelOf<Product>(connection, "Product", schema, "products");
  return {
    save(tx, { _id, ...told }) {
      queueUpdate(tx, products.collection, { q: { _id }, u: { $set: told }, upsert: true });
    },
    ofOwner: async (tx, ownerId) => Product.array().parse(await products.find({ ownerId }, null, within(tx)).sort({ name: 1 }).lean()),
  };
}
