//! A service on tokio: requests with a place for the answer, a bounded queue, workers that share
//! it, and a thread without a runtime that uses the same queue.
//!
//! ```text
//! cargo run --example async_service
//! ```

use ringway::channel::{Receiver, SendError, Sender, bounded};

/// A question with a place for its answer.
struct Request {
    question: u64,
    answer: Sender<u64>,
}

/// Answers requests until the service is closed.
async fn serve(requests: Receiver<Request>) -> u64 {
    let mut served = 0;
    while let Ok(Request { question, answer }) = requests.recv_async().await {
        // Whoever has given up needs no answer.
        let _ = answer.send_async(question * 2).await;
        served += 1;
    }
    served
}

/// Asks the service.
async fn ask(service: &Sender<Request>, question: u64) -> Option<u64> {
    let (answer, answered) = bounded(1);
    match service.send_async(Request { question, answer }).await {
        Ok(()) => answered.recv_async().await.ok(),
        Err(SendError(_)) => None,
    }
}

#[tokio::main]
async fn main() {
    let (service, requests) = bounded(16);
    let workers = Vec::from_iter((0..4).map(|_| tokio::spawn(serve(requests.clone()))));

    let tasks = Vec::from_iter((0..100).map(|question| {
        let service = service.clone();
        tokio::spawn(async move { ask(&service, question).await })
    }));
    // A plain thread asks too: it blocks where a task would be pending.
    let thread = std::thread::spawn({
        let service = service.clone();
        move || {
            let (answer, answered) = bounded(1);
            service.send(Request { question: 100, answer }).ok()?;
            answered.recv().ok()
        }
    });

    let mut sum = 0;
    for task in tasks {
        sum += task.await.unwrap().expect("the service is open");
    }
    sum += tokio::task::spawn_blocking(|| thread.join()).await.unwrap().unwrap().unwrap();
    assert_eq!(sum, 100 * 101);

    service.close();
    assert_eq!(ask(&service, 1).await, None);
    let mut served = 0;
    for worker in workers {
        served += worker.await.unwrap();
    }
    println!("{served} requests answered, then closed");
}
