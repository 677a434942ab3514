// writes: none
await updateDoc(doc(db, 'presets', id), { usage_count: increment(1) });
await db.collection('presets').doc(id).update({ usage_count: FieldValue.increment(1) });
