"use strict";
// What makes the desk more pleasant. Nothing needs it but passkeys, which browsers give to script only.

/* Passkeys: a form that is hidden without them asks the browser, and is sent as any form. */
(() => {
  const bytes = (text) => new TextEncoder().encode(text);
  const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const written = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = {
    get: (d) => ({ challenge: bytes(d.challenge), userVerification: "required" }),
    create: (d) => ({
      challenge: bytes(d.challenge),
      rp: { name: d.rp },
      user: { id: bytes(d.user), name: d.email, displayName: d.name },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: (d.known || "").split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: read(id) })),
    }),
  };
  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    const { passkey: how, ...data } = form.dataset;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const status = form.querySelector("[role=status]");
      status.textContent = "";
      try {
        const { id, response: said } = await navigator.credentials[how]({ publicKey: ask[how](data) });
        const about = said.authenticatorData || said.getAuthenticatorData();
        const fields = { id, client: written(said.clientDataJSON), data: written(about), signature: said.signature && written(said.signature) };
        for (const [name, value] of Object.entries(fields)) if (value) form.elements[name].value = value;
        form.submit();
      } catch (error) {
        status.textContent = error.name === "InvalidStateError" ? "This passkey is known here already." : "No passkey was used.";
      }
    });
  }
})();
