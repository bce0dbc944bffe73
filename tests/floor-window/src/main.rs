//! An empty window that says when its first content is painted.

#[tauri::command]
fn painted() {
    eprintln!("first content");
}

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![painted])
        .run(tauri::generate_context!())
}
