#[test]
fn there() {
    use rtrb::{PopError, PushError, RingBuffer};

    let value = 1;
    let (mut producer, mut consumer) = RingBuffer::new(8);
    assert_eq!(producer.push(value), Ok(()));
    assert_eq!(consumer.peek(), Ok(&value));
    assert_eq!(consumer.pop(), Ok(value));
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    assert_eq!(producer.buffer().capacity(), 8);
    assert_eq!(producer.slots(), 8);
    assert_eq!(consumer.slots(), 0);
    assert!(!producer.is_abandoned());
    let values = [1, 2, 3, 4];
    let mut out = [0; 4];
    assert_eq!(producer.push_partial_slice(&values).1, &[]);
    assert_eq!(consumer.pop_partial_slice(&mut out).1, &[]);
    producer.push_entire_slice(&values).unwrap();
    consumer.pop_entire_slice(&mut out).unwrap();
    assert_eq!(producer.write_chunk_uninit(4).unwrap().fill_from_iter(1..5), 4);
    let chunk = consumer.read_chunk(4).unwrap();
    assert_eq!(chunk.as_slices().0.iter().chain(chunk.as_slices().1).sum::<i32>(), 10);
    chunk.commit(4);
    producer.push_entire_slice(&values).unwrap();
    producer.push_entire_slice(&values).unwrap();
    assert_eq!(producer.push(value), Err(PushError::Full(value)));
}

#[test]
fn here() {
    use ringway::ring;

    let value = 1;
    let (mut producer, mut consumer) = ring::spsc(8);
    assert_eq!(producer.push(value), Ok(()));
    assert_eq!(consumer.peek(1).iter().next(), Some(&value));
    assert_eq!(consumer.pop(), Some(value));
    assert_eq!(consumer.pop(), None);
    assert_eq!(producer.capacity(), 8);
    assert_eq!(producer.capacity() - producer.len(), 8);
    assert_eq!(consumer.len(), 0);
    assert!(!producer.is_disconnected());
    let values = [1, 2, 3, 4];
    let mut out = [0; 4];
    assert_eq!(producer.push_slice(&values), 4);
    assert_eq!(consumer.pop_slice(&mut out), 4);
    producer.push_slice_exact(&values).unwrap();
    consumer.pop_slice_exact(&mut out).unwrap();
    let mut room = producer.reserve(4);
    assert_eq!(room.fill(1..5), 4);
    assert_eq!(room.commit(), 4);
    let chunk = consumer.peek(4);
    assert_eq!(chunk.pieces().flatten().sum::<i32>(), 10);
    chunk.release(4);
    producer.push_slice_exact(&values).unwrap();
    producer.push_slice_exact(&values).unwrap();
    assert_eq!(producer.push(value), Err(value));
}
