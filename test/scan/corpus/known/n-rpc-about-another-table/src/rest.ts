// writes: none
export const used = (base: string, templateId: string) =>
  fetch(`${base}/rest/v1/rpc/increment_usage`, { method: 'POST', body: JSON.stringify({ template_id: templateId }) });
