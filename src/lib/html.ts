/** Markup that is safe to send: only `html` makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

/** Builds markup; every value is escaped unless it is `Html` itself. */
export function html(strings: TemplateStringsArray, ...values: (string | number | Html | readonly Html[])[]): Html {
  let markup = strings[0] ?? "";
  values.forEach((value, index) => {
    markup += (Array.isArray(value) ? value.map((each: Html) => each.markup).join("") : value instanceof Html ? value.markup : escape(String(value))) + (strings[index + 1] ?? "");
  });
  return new Html(markup);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
