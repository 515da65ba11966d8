export interface ServerEvent {
  name: string;
  data: string;
  /** The last event id so far, empty before the first. */
  id: string;
}

/** Reads a stream of server-sent events to its end, as browsers do. */
export async function readEvents(response: Response, onEvent: (event: ServerEvent) => void): Promise<void> {
  let rest = "";
  let id = "";
  let name = "";
  let data: string[] = [];
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) onEvent({ name: name === "" ? "message" : name, data: data.join("\n"), id });
        [name, data] = ["", []];
        continue;
      }
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === "id") id = value;
      if (field === "event") name = value;
      if (field === "data") data.push(value);
    }
  }
}
